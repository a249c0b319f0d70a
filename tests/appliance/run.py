"""script/test appliance: 16 USB modems of four makes on a machine of their own, while messages are
sent and texts come in: torn out, renumbered, hung, hard-hung, replaced. docs/appliance-bench.md."""
import asyncio
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from bank import Place, Rack
from guest import PLACES_OF_A_HUB, Guest
from judge import judge_received, judge_sent
from usb import MAKES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PLACES = 16
SPARES = 4
LATENCY_MS = 1500  # of the network, and up to half of it more or less
MESSAGES = 200  # in each round
PATIENCE = 300  # seconds, until all modems are ready again
LAST_PATIENCE = 600  # seconds, until nothing is under way any more


def say(what):
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


def name_of(place):
    """Of the slot; places are numbered in the order of the bus."""
    return f"slot-{place.number + 1:02}"


def usb_path(place):
    hub, port = divmod(place.number, PLACES_OF_A_HUB)
    return f"1-{hub + 1}.{port + 1}"


def program_disk(program, disk):
    """A file system with the program, what of this machine's libraries it needs, and our files."""
    folder = Path("program")
    (folder / "lib").mkdir(parents=True)
    subprocess.run(["strip", "--strip-debug", "-o", folder / "modembank", program], check=True)
    needed = subprocess.run(["ldd", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in needed.splitlines():
        name, _, path = line.strip().partition(" => ")
        if path and not name.startswith(("libc.", "libm.")):  # the guest has these
            shutil.copy(path.split(" (")[0], folder / "lib" / name)
    shutil.copytree(ROOT / "udev", folder / "udev")
    shutil.copytree(HERE / "guest", folder / "guest")
    subprocess.run(["mke2fs", "-qq", "-t", "ext4", "-O", "^has_journal", "-d", folder, disk,
                    "200M"], check=True)
    shutil.rmtree(folder)


class Appliance:
    """The program in the guest, asked over its API."""

    def __init__(self, guest):
        self.guest = guest

    async def set_up(self):
        await self.guest.run("mount -o ro /dev/vdb /mnt")
        said = await self.guest.run("bash /mnt/guest/set-up.sh", 240)
        self.key = next(line for line in said.split() if line.startswith("mb_"))

    async def ask(self, path, options="", body=""):
        return json.loads(await self.guest.run(
            f"curl -sS -m 60 --fail-with-body -H 'Authorization: Bearer {self.key}' {options} "
            f"'http://127.0.0.1:8080{path}' <<'END'\n{body}END\n", 90))

    async def all_of(self, path):
        items, after = [], ""
        while True:
            page = await self.ask(f"{path}?limit=1000{after}")
            items += page["items"]
            if page["next"] is None:
                return items
            after = f"&after={page['next']}"

    async def post(self, texts):
        lines = "".join(json.dumps({"to": f"+9891{number:08}", "text": text}) + "\n"
                        for number, text in enumerate(texts, start=20_000_000))
        answer = await self.ask("/v1/messages/batch",
                                "-H 'Content-Type: application/x-ndjson' --data-binary @-", lines)
        if answer["accepted"] != len(texts):
            raise RuntimeError(f"not all were accepted: {answer}")

    async def until_ready(self, patience=PATIENCE):
        """Waits until every modem is ready; gives the seconds that it took."""
        began = time.monotonic()
        while True:
            modems = await self.ask("/v1/modems")
            states = {modem["name"]: modem["state"] for modem in modems["items"]}
            if list(states.values()).count("ready") == PLACES:
                return time.monotonic() - began
            if time.monotonic() > began + patience:
                raise RuntimeError(f"not all modems are ready after {patience} s: {states}")
            await asyncio.sleep(1)

    async def until_idle(self):
        """Waits until nothing is queued or on the air; gives all messages."""
        end = time.monotonic() + LAST_PATIENCE
        while True:
            left = [await self.ask(f"/v1/messages?limit=1&state={state}")
                    for state in ("queued", "sending")]
            if not any(page["items"] for page in left) or time.monotonic() > end:
                return await self.all_of("/v1/messages")
            await asyncio.sleep(2)

    async def lines(self):
        """{slot: tty}, as udev's links have it now."""
        said = await self.guest.run("cd /dev/modembank && for slot in *; do "
                                    "echo $slot $(basename $(readlink $slot)); done")
        return dict(line.split() for line in said.splitlines())


class Bench:
    def __init__(self, rack, guest):
        self.rack = rack
        self.guest = guest
        self.appliance = Appliance(guest)
        self.places = [Place(rack, i, MAKES[i % len(MAKES)], f"slot-{i + 1:02}")
                       for i in range(PLACES)]
        self.spares = [f"slot-{PLACES + i + 1:02}" for i in range(SPARES)]
        self.accepted = []  # texts
        self.delivered = []  # texts
        self.wrong = []  # sentences

    async def start(self):
        began = time.monotonic()
        await self.rack.ask("unplug all")
        for place in self.places:
            await place.listen()
        async with asyncio.timeout(300):
            await self.guest.boot(300)
        say(f"the machine is up after {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        for place in self.places:
            await place.plug()
        await self.appears(self.places)
        say(f"{PLACES} modems plugged in: their lines are there after "
            f"{time.monotonic() - began:.0f} s")
        await self.appliance.set_up()
        say(f"all modems are ready after {await self.appliance.until_ready():.0f} s more")
        bound = await self.guest.run(
            "for slot in /dev/modembank/*; do udevadm info -q property -n $slot | "
            "sed -n 's/^ID_USB_DRIVER=//p'; done")
        say(f"drivers: {dict(Counter(bound.split()))}")
        expected = Counter(place.usb.make.driver for place in self.places)
        if Counter(bound.split()) != expected:
            self.wrong.append(f"drivers are bound otherwise: {bound.split()}, not {expected}")

    async def appears(self, places):
        """Waits until the kernel has lines for them, and not for what was there before."""
        wanted = {f"{usb_path(place)} {place.usb.make.vendor:04x}" for place in places}
        for _ in range(120):
            found = set((await self.guest.run(
                "cd /sys/bus/usb/devices; for line in *:*/tty*; do at=${line%%:*}; "
                "echo $at $(cat $at/idVendor); done 2>/dev/null")).splitlines())
            if wanted <= found:
                return
            await asyncio.sleep(1)
        raise RuntimeError(f"some modems do not appear: {wanted - found}")

    async def round(self, number, what, happens):
        texts = [f"out {number}.{i}" for i in range(MESSAGES)]
        await self.appliance.post(texts)
        self.accepted += texts
        await asyncio.sleep(3)  # modems are at work
        before = len(await self.rack.taken())
        busy = asyncio.create_task(happens())
        for place in self.places:
            text = f"in {number}.{place.number}"
            await self.rack.ask(f"deliver {place.modem} +98935{place.number:07} {text}")
            self.delivered.append(text)
        began = time.monotonic()
        await busy
        lasted = time.monotonic() - began
        meanwhile = len(await self.rack.taken()) - before
        ready = await self.appliance.until_ready()
        say(f"{what}: {lasted:.0f} s, in which the network took {meanwhile} messages; all modems "
            f"ready {ready:.0f} s later")

    # --- what happens in the rounds. Each make has its turn: makes follow one another in places.
    async def nothing(self):
        await asyncio.sleep(5)

    async def torn_out(self):
        for place in self.places[0:4]:
            await place.unplug()
        await asyncio.sleep(3)
        for place in self.places[0:4]:
            await place.plug()

    async def renumbered(self):
        """Their lines come back in another order, while the modems themselves go on."""
        before = await self.appliance.lines()
        moved = self.places[4:12]
        order = " ".join(usb_path(place) for place in moved)
        back = " ".join(usb_path(place) for place in reversed(moved))
        await self.guest.run("cd /sys/bus/usb/devices; "
                             f"for i in {order}; do echo 0 >$i/authorized; done; sleep 1; "
                             f"for i in {back}; do echo 1 >$i/authorized; done", 120)
        await self.appears(moved)
        await self.guest.run("udevadm settle")
        after = await self.appliance.lines()
        names = [name_of(place) for place in moved]
        others = sum(before.get(name) != after.get(name) for name in names)
        say(f"{others} of {len(names)} slots have another line: "
            + ", ".join(f"{name} {before.get(name)} → {after.get(name)}" for name in names))
        if others == 0:
            self.wrong.append("no line was renumbered: the round shows nothing")

    async def hung(self):
        """They take what is written, and answer nothing; then they are well again."""
        modems = [place.modem for place in self.places[8:12]]
        for modem in modems:
            await self.rack.ask(f"silence {modem}")
        await asyncio.sleep(30)
        for modem in modems:
            await self.rack.ask(f"heal {modem}")

    async def hard_hung(self):
        """No transfer is completed any more, until somebody pulls them out."""
        for place in self.places[12:16]:
            place.usb.hang()
        await asyncio.sleep(30)
        for place in self.places[12:16]:
            await place.unplug()
            await place.plug()

    async def replaced(self):
        """Modems of other makes come into their places, with their SIMs. Udev finds the line for AT
        commands of models that are known; of others the map has to be written anew."""
        huawei, quectel, cinterion, ftdi = MAKES
        for place, make in zip(self.places[1:], (huawei, ftdi, quectel, cinterion)):
            await place.replace(make, self.spares.pop())
        await self.appears(self.places[4:5])
        await self.guest.run(
            "modembank slots --write /etc/udev/rules.d/60-modembank-slots.rules && "
            "udevadm control --reload && udevadm trigger -c add -s usb -s tty", 120)

    async def without_power(self):
        """All at once, and they come back in another order."""
        for place in self.places:
            await place.unplug()
        await asyncio.sleep(2)
        for place in self.places[::-1]:
            await place.plug()

    async def judge(self):
        messages = await self.appliance.until_idle()
        inbox = await self.appliance.all_of("/v1/inbox")
        Path("messages.json").write_text(json.dumps(messages, indent=1))
        Path("inbox.json").write_text(json.dumps(inbox, indent=1))
        taken = await self.rack.taken()
        decoded = subprocess.run([self.rack.program, "pdu", "decode", "--direction", "mo",
                                  "--json"], input="".join(pdu + "\n" for _, pdu in taken),
                                 check=True, stdout=subprocess.PIPE, text=True).stdout
        texts = [json.loads(line)["text"] for line in decoded.splitlines()]
        book = [(message["text"], message["state"]) for message in messages]
        self.wrong += judge_sent(self.accepted, book, texts)
        self.wrong += judge_received(self.delivered, [item["text"] for item in inbox])
        say(f"accepted {len(self.accepted)}; the network took {len(texts)}, "
            f"{len(set(texts))} different ones; the book: {dict(Counter(s for _, s in book))}")
        say(f"the network had {len(self.delivered)} texts for the SIMs; the inbox: {len(inbox)}")
        say(f"the modems counted: {await self.rack.ask('stats all')}")
        await self.left_alone()

    async def left_alone(self):
        """ModemManager runs, and has none of ours."""
        if await self.guest.run("systemctl is-active ModemManager; mmcli --list-modems") != (
                "active\nNo modems were found\n"):
            self.wrong.append("ModemManager does not run, or has taken a modem")
        restarts = await self.guest.run("systemctl show -P NRestarts modembank; "
                                        "systemctl is-active modembank")
        if restarts != "0\nactive\n":
            self.wrong.append(f"the program ended on its way: {restarts}")

    async def keep_logs(self):
        for name, command in (("serve.log", "journalctl -o short-precise -u modembank"),
                              ("kernel.log", "dmesg"),
                              ("slots.log", "modembank slots; ls -l /dev/modembank; "
                               "cat /etc/udev/rules.d/60-modembank-slots.rules")):
            try:
                Path(name).write_text(await self.guest.run(command))
            except (RuntimeError, OSError, ValueError) as trouble:  # the machine is gone
                Path(name).write_text(f"{trouble}\n")


async def bench(program, image):
    program_disk(program, Path("program.img"))
    async with Rack(program, PLACES + SPARES, LATENCY_MS) as rack, \
            Guest(image, "program.img", PLACES) as guest:
        bench = Bench(rack, guest)
        try:
            await bench.start()
            for number, (what, happens) in enumerate((
                    ("nothing happens", bench.nothing), ("4 torn out", bench.torn_out),
                    ("8 renumbered", bench.renumbered), ("4 hung", bench.hung),
                    ("4 hard-hung", bench.hard_hung), ("4 replaced", bench.replaced),
                    ("no power for all", bench.without_power))):
                await bench.round(number, what, happens)
            await bench.judge()
        finally:
            await bench.keep_logs()
        return bench.wrong


def main():
    program, image, log = (Path(argument).resolve() for argument in sys.argv[1:])
    shutil.rmtree(log, ignore_errors=True)
    log.mkdir(parents=True)
    os.chdir(log)  # sockets have short names: their length has a bound
    began = time.monotonic()
    wrong = asyncio.run(bench(program, image))
    for sentence in wrong[:100]:
        say(f"WRONG {sentence}")
    say(f"{'nothing' if not wrong else len(wrong)} wrong, after "
        f"{(time.monotonic() - began) / 60:.1f} min; the logs are in {log}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
