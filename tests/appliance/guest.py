"""The machine of the bench: QEMU, with a command line in it and places for USB modems."""
import asyncio
import json
import subprocess
import time

PLACES_OF_A_HUB = 8


def usb_arguments(places):
    """A controller, hubs of eight ports, and a modem's place at each."""
    yield from ("-device", "qemu-xhci,id=usb,p2=15,p3=1")
    for hub in range((places + PLACES_OF_A_HUB - 1) // PLACES_OF_A_HUB):
        yield from ("-device", f"usb-hub,bus=usb.0,port={hub + 1}")
    for place in range(places):
        port = f"{place // PLACES_OF_A_HUB + 1}.{place % PLACES_OF_A_HUB + 1}"
        yield from ("-chardev", f"socket,id=modem{place},path=usb{place},reconnect=1",
                    "-device", f"usb-redir,bus=usb.0,port={port},chardev=modem{place}")


class Guest:
    """`image` is what image.sh made, `program_disk` a file system that it finds as /dev/vdb.
    Sockets and logs are in the working folder."""

    def __init__(self, image, program_disk, places):
        disk = "if=virtio,format=raw"
        kernel = "root=/dev/vda rw console=ttyS0 quiet mitigations=off nowatchdog"
        # No KVM even where there is one: under another hypervisor it is often there and useless.
        self.arguments = [
            "qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi,tb-size=256",
            "-cpu", "max", "-m", "1024", "-smp", "2", "-nodefaults", "-nographic", "-no-reboot",
            "-kernel", image / "vmlinuz", "-initrd", image / "initrd.img", "-append", kernel,
            "-drive", f"file={image / 'base.img'},snapshot=on,{disk}",
            "-drive", f"file={program_disk},snapshot=on,{disk}",
            "-serial", "file:console.log", "-device", "virtio-serial-pci",
            "-chardev", "socket,id=agent,path=agent,server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=bench", *usb_arguments(places)]
        self.one_at_a_time = asyncio.Lock()

    async def __aenter__(self):
        with open("qemu.log", "w") as log:
            self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        return self

    async def __aexit__(self, *_):
        self.process.kill()
        self.process.wait()

    async def boot(self, seconds):
        """Waits until it takes orders."""
        end = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise RuntimeError("QEMU ended: see qemu.log")
            try:
                self.answers, self.orders = await asyncio.open_unix_connection(
                    "agent", limit=1 << 26)
                break
            except OSError:
                await asyncio.sleep(0.1)
        await asyncio.wait_for(self.answers.readline(), end - time.monotonic())

    async def run(self, command, seconds=60):
        """Runs it in the guest's shell, as root. Gives what it wrote; raises where it failed."""
        async with self.one_at_a_time:
            self.orders.write(json.dumps({"run": command, "seconds": seconds}).encode() + b"\n")
            answer = json.loads(await asyncio.wait_for(self.answers.readline(), seconds + 60))
        if answer["status"] != 0:
            raise RuntimeError(f"{command.splitlines()[0]}: exit status {answer['status']}: "
                               f"{answer['output'][-2000:]}")
        return answer["output"]
