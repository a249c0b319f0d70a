"""The modems of the bench: `modembank rack` is what they are and the network behind them, and each
has the body of a USB device in a place of the guest."""
import asyncio
import os
from pathlib import Path

from usb import UsbModem


class Rack:
    """The virtual rack as a process (docs/virtual-rack.md), in the folder `rack`."""

    def __init__(self, program, modems, latency_ms, boot_ms=3000):
        self.program = program
        self.record = Path("network.txt")
        self.one_at_a_time = asyncio.Lock()
        self.arguments = ["rack", "--modems", str(modems), "--dir", "rack",
                          "--record", self.record, "--latency-ms", str(latency_ms),
                          "--jitter-ms", str(latency_ms // 2), "--boot-ms", str(boot_ms)]

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(self.program, *self.arguments,
                                                            stdout=asyncio.subprocess.PIPE)
        if not await self.process.stdout.readline():
            raise RuntimeError("the rack did not start")
        self.answers, self.questions = await asyncio.open_unix_connection("rack/control")
        return self

    async def __aexit__(self, *_):
        self.process.terminate()
        await self.process.wait()

    async def ask(self, line):
        async with self.one_at_a_time:
            self.questions.write(line.encode() + b"\n")
            answer = (await self.answers.readline()).decode().strip()
        if not answer.startswith("ok"):
            raise RuntimeError(f"rack: {line}: {answer}")
        return answer.removeprefix("ok").strip()

    async def taken(self):
        """[(ICCID, PDU)] of all that the network took, in order."""
        await self.ask("record")  # writes what waits
        lines = [line.split("\t") for line in self.record.read_text().splitlines()]
        return [(line[2], line[4]) for line in lines]


class Place:
    """A place in the guest's hubs, and the modem of the rack that is in it. Without its power,
    which comes over USB, a modem is off."""

    def __init__(self, rack, number, make, modem):
        self.rack = rack
        self.number = number
        self.modem = modem  # its name in the rack
        self.usb = UsbModem(make, self._to_modem)
        self.terminal = None

    async def listen(self):
        await asyncio.start_unix_server(self.usb.serve, f"usb{self.number}")

    async def plug(self):
        await self.rack.ask(f"replug {self.modem}")
        self.terminal = os.open(f"rack/{self.modem}", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self.terminal, self._from_modem)
        self.usb.plug()

    async def unplug(self):
        self.usb.unplug()
        await self.rack.ask(f"unplug {self.modem}")
        self._close()

    async def replace(self, make, modem):
        """Another modem of whatever make comes here, with the SIM of the one before it."""
        await self.unplug()
        await self.rack.ask(f"sim {modem} {self.modem}")
        self.modem, self.usb.make = modem, make
        await self.plug()

    def _close(self):
        if self.terminal is not None:
            asyncio.get_running_loop().remove_reader(self.terminal)
            os.close(self.terminal)
            self.terminal = None

    def _from_modem(self):
        try:
            octets = os.read(self.terminal, 4096)
        except OSError:  # it hung up
            octets = b""
        self.usb.say(octets) if octets else self._close()

    def _to_modem(self, octets):
        if self.terminal is not None:
            os.write(self.terminal, octets)
