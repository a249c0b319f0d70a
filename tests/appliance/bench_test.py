#!/usr/bin/python3
"""The bench without its machine: that the judge finds what it must, and that a modem of each make
is one to whoever speaks usbredir to it, as QEMU does. bench_test.py PROGRAM"""
import asyncio
import os
import struct
import sys
import tempfile
import unittest
from pathlib import Path

import usb
from bank import Place, Rack
from judge import judge_received, judge_sent


class Judge(unittest.TestCase):
    def test_all_is_well(self):
        book = [("a", "delivered"), ("b", "sent"), ("c", "uncertain"), ("d", "uncertain"),
                ("e", "failed")]
        self.assertEqual(judge_sent(list("abcde"), book, list("abc")), [])
        self.assertEqual(judge_received(["x", "y"], ["y", "x"]), [])

    def test_each_breach_is_found(self):
        for what, book, taken, said in (
                ("lost", [("a", "sent")], [], "'a' is sent, and the network took it 0 times"),
                ("doubled", [("a", "delivered")], ["a", "a"],
                 "'a' is delivered, and the network took it 2 times"),
                ("doubled in doubt", [("a", "uncertain")], ["a", "a"],
                 "'a' is uncertain, and the network took it 2 times"),
                ("sent and called failed", [("a", "failed")], ["a"],
                 "'a' is failed, and the network took it 1 times"),
                ("forgotten", [], [], "'a' was accepted and is not in the book"),
                ("left over", [("a", "queued")], [], "'a' is still queued"),
                ("twice in the book", [("a", "sent")] * 2, ["a"],
                 "'a' stands 2 times in the book"),
                ("not ours", [("a", "sent")], ["a", "b"],
                 "the network took 'b', which is not in the book")):
            with self.subTest(what):
                self.assertIn(said, judge_sent(["a"], book, taken))

    def test_an_inbound_text_stands_once(self):
        self.assertEqual(judge_received(["x"], []), ["'x' stands 0 times in the inbox, not 1"])
        self.assertEqual(judge_received(["x"], ["x", "x"]),
                         ["'x' stands 2 times in the inbox, not 1"])
        self.assertEqual(judge_received([], ["x"]), ["'x' stands 1 times in the inbox, not 0"])


class Host:
    """The other side of usbredir: what QEMU and a driver in its guest would do."""

    async def connect(self, path):
        self.reader, self.writer = await asyncio.open_unix_connection(path)

    def send(self, kind, body, id_=1):
        self.writer.write(struct.pack("<III", kind, len(body), id_) + body)

    async def next(self):
        kind, length, _ = struct.unpack("<III", await self.reader.readexactly(12))
        return kind, await self.reader.readexactly(length)

    async def until(self, wanted):
        """The body of the next message of that kind."""
        while True:
            kind, body = await self.next()
            if kind == wanted:
                return body

    async def descriptor(self, kind):
        self.send(usb.CONTROL, struct.pack("<BBBBHHH", 0x80, 6, 0x80, 0, kind << 8, 0, 4096))
        return (await self.until(usb.CONTROL))[10:]

    async def hear(self, address, head, end):
        """Reads until the text has come."""
        heard = b""
        while end not in heard:
            self.send(usb.BULK, struct.pack("<BBHI", address, 0, 64, 0))
            while (answer := await self.until(usb.BULK))[0] != address:
                pass  # what was said arrived
            data = answer[8:]
            assert data.startswith(head), data
            heard += data[len(head):]
        return heard

    def say(self, address, octets):
        self.send(usb.BULK, struct.pack("<BBHI", address, 0, len(octets), 0) + octets)


def line_of(make):
    """The endpoints of the line that takes AT commands: (in, out)."""
    own = [address for address, (kind, _, at) in usb.endpoints(make).items()
           if at == make.at and kind == usb.BULK_END]
    return max(own), min(own)


class Modems(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.chdir(self.folder.name)
        self.rack = await Rack(PROGRAM, 2, 20, boot_ms=10).__aenter__()
        await self.rack.ask("unplug all")

    async def asyncTearDown(self):
        await self.rack.__aexit__()
        os.chdir("/")
        self.folder.cleanup()

    async def plugged(self, make):
        place, host = Place(self.rack, 0, make, "slot-01"), Host()
        await place.listen()
        await host.connect("usb0")
        await host.until(usb.HELLO)
        await place.plug()
        await host.until(usb.CONNECT)
        while "slot-01=idle" not in await self.rack.ask("list"):  # it boots
            pass
        return place, host

    async def test_each_make_is_a_modem(self):
        for make in usb.MAKES:
            with self.subTest(make.name):
                place, host = await self.plugged(make)
                found = await host.descriptor(1)
                self.assertEqual(found[8:12], struct.pack("<HH", make.vendor, make.product))
                whole = await host.descriptor(2)
                self.assertEqual(struct.unpack("<H", whole[2:4])[0], len(whole))
                host.send(usb.SET_CONFIGURATION, b"\1")
                await host.until(usb.CONFIGURATION)
                from_modem, to_modem = line_of(make)
                host.say(to_modem, b"ATE0\rAT+CGSN\r")
                heard = await host.hear(from_modem, make.packet_head, b"35420900")
                self.assertIn(b"OK", heard)
                await place.unplug()
                await host.until(usb.DISCONNECT)
                os.unlink("usb0")

    async def test_one_that_hangs_completes_nothing_until_it_is_pulled_out(self):
        place, host = await self.plugged(usb.MAKES[0])
        place.usb.hang()
        host.send(usb.CONTROL, struct.pack("<BBBBHHH", 0x80, 6, 0x80, 0, 1 << 8, 0, 64))
        host.send(usb.GET_CONFIGURATION, b"")  # QEMU answers for a device that is silent
        self.assertEqual((await host.next())[0], usb.CONFIGURATION)
        await place.unplug()
        await place.plug()
        await host.until(usb.CONNECT)
        self.assertEqual(len(await host.descriptor(1)), 18)

    async def test_one_that_is_replaced_is_another_device_with_the_same_sim(self):
        place, host = await self.plugged(usb.MAKES[0])
        await place.replace(usb.MAKES[3], "slot-02")
        connect = await host.until(usb.CONNECT)
        self.assertEqual(connect[4:8], struct.pack("<HH", 0x0403, 0x6001))
        self.assertIn("8998110000000000001", await self.rack.ask("status slot-02"))

    async def test_what_it_sends_is_in_the_record_of_the_network(self):
        place, host = await self.plugged(usb.MAKES[2])
        host.send(usb.SET_CONFIGURATION, b"\1")
        from_modem, to_modem = line_of(place.usb.make)
        pdu = b"0021000C9189191232547600000AE2B27B8C06C160B018"
        host.say(to_modem, b"AT+CMGF=0\r")
        await host.hear(from_modem, b"", b"OK")
        host.say(to_modem, b"AT+CMGS=22\r")
        await host.hear(from_modem, b"", b"> ")
        host.say(to_modem, pdu + b"\x1a")
        await host.hear(from_modem, b"", b"+CMGS: 0")
        self.assertEqual(await self.rack.taken(), [("8998110000000000001", pdu.decode())])


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    unittest.main(warnings="ignore")
