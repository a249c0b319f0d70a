"""USB modems in software: the far side of QEMU's -device usb-redir, one for each place of the rack.

It speaks the usbredir protocol (its version 0.7) over a UNIX socket that QEMU connects to. The
guest sees a true USB device: its own drivers bind to it. What goes over the line that takes AT
commands is handed on as octets.
"""
import asyncio
import struct
from collections import defaultdict, deque
from dataclasses import dataclass

VENDOR = 0xff
BULK_END, INTERRUPT_END = 2, 3  # kinds of endpoint, as descriptors have them
ABSENT = 0xff
PACKET = 64  # octets, at full speed: QEMU's hubs know no other


@dataclass(frozen=True)
class Interface:
    """One of a device. `line`: it is a serial line."""
    class_: int
    subclass: int
    protocol: int
    interrupt: bool = False
    line: bool = True
    extra: bytes = b""  # descriptors of its class


@dataclass(frozen=True)
class Make:
    """A kind of modem. Neither has a serial number: many real ones have none."""
    name: str
    driver: str
    vendor: int
    product: int
    version: int
    maker: str
    model: str
    interfaces: tuple
    at: int  # the interface that takes AT commands
    packet_head: bytes = b""  # octets before the data of each packet to the host


_CDC = bytes.fromhex("0524001001" "04240202" "0524060001" "0524010001")  # one line, its parts
MAKES = (
    Make("huawei", "option", 0x12d1, 0x1506, 0x0102, "HUAWEI", "HUAWEI Mobile",
         (Interface(VENDOR, 1, 1, interrupt=True), Interface(VENDOR, 1, 2),
          Interface(VENDOR, 1, 3)), at=1),
    Make("quectel", "option", 0x2c7c, 0x0125, 0x0318, "Quectel", "EC25-E",
         (Interface(VENDOR, VENDOR, VENDOR), *[Interface(VENDOR, 0, 0, interrupt=True)] * 3), at=2),
    Make("cinterion", "cdc_acm", 0x1e2d, 0x0058, 0x0100, "Cinterion", "BGS2",
         (Interface(2, 2, 1, interrupt=True, line=False, extra=_CDC), Interface(10, 0, 0)), at=1),
    # Modem status and line status; without "transmitter empty" close() waits for 30 s.
    Make("ftdi", "ftdi_sio", 0x0403, 0x6001, 0x0600, "FTDI", "FT232R USB UART",
         (Interface(VENDOR, VENDOR, VENDOR),), at=0, packet_head=b"\x31\x60"),
)


def endpoints(make):
    """{address: (kind, interval, interface)}, numbered on from 1."""
    found, number = {}, 1
    for i, interface in enumerate(make.interfaces):
        if interface.line:
            found[0x80 | number] = found[number] = (BULK_END, 0, i)
            number += 1
        if interface.interrupt:
            found[0x80 | number] = (INTERRUPT_END, 10, i)
            number += 1
    return found


def configuration(make):
    """The configuration descriptor with all that belongs to it (USB 2.0 §9.6.3)."""
    body = b""
    for i, interface in enumerate(make.interfaces):
        own = [(address, kind, interval)
               for address, (kind, interval, at) in endpoints(make).items() if at == i]
        body += bytes([9, 4, i, 0, len(own), interface.class_, interface.subclass,
                       interface.protocol, 0]) + interface.extra
        for address, kind, interval in own:
            body += struct.pack("<BBBBHB", 7, 5, address, kind, PACKET, interval)
    return struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), len(make.interfaces), 1, 0, 0xa0,
                       250) + body


def device(make):
    """The device descriptor (USB 2.0 §9.6.1)."""
    return struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, PACKET, make.vendor,
                       make.product, make.version, 1, 2, 0, 1)


def string(text):
    octets = text.encode("utf-16le")
    return bytes([len(octets) + 2, 3]) + octets


# The messages of usbredir that are in use.
HELLO, CONNECT, DISCONNECT, RESET, INTERFACES, ENDPOINTS = 0, 1, 2, 3, 4, 5
SET_CONFIGURATION, GET_CONFIGURATION, CONFIGURATION = 6, 7, 8
SET_ALTERNATE, GET_ALTERNATE, ALTERNATE = 9, 10, 11
START_INTERRUPTS, STOP_INTERRUPTS, INTERRUPTS = 15, 16, 17
CANCEL, CONTROL, BULK = 21, 100, 101
CAPABILITIES = 1 << 1 | 1 << 4  # the device's version; endpoints tell their packets' size
DONE, CANCELLED, STALLED = 0, 1, 4
FULL_SPEED = 1


class UsbModem:
    """A place where a modem can be plugged in. `heard(octets)` is called with what the host says
    on the line for AT commands; `say(octets)` answers."""

    def __init__(self, make, heard):
        self.make = make
        self.heard = heard
        self.plugged = False
        self.writer = None  # QEMU, once it is there
        self._forget()

    def _forget(self):
        self.hung = False
        self.configured = 0
        self.waiting = defaultdict(deque)  # reads of the host by endpoint: (id, octets, stream)
        self.unread = bytearray()  # of the AT line

    # --- what is done to it
    def plug(self):
        self._forget()
        self.plugged = True
        self._announce()
        self._send(CONNECT, 0, struct.pack("<BBBBHHH", FULL_SPEED, 0, 0, 0, self.make.vendor,
                                           self.make.product, self.make.version))

    def unplug(self):
        self.plugged = False
        self.configured = 0
        self._send(DISCONNECT, 0)

    def hang(self):
        """From now on no transfer is ever completed, not even a control request."""
        self.hung = True

    def say(self, octets):
        if self.configured and len(self.unread) < 65536:
            self.unread += octets
            self._answer_reads()

    # --- towards QEMU
    def _send(self, kind, id_, body=b""):
        if self.writer:
            self.writer.write(struct.pack("<III", kind, len(body), id_) + body)

    def _announce(self):
        kinds, intervals, owners, sizes = [ABSENT] * 32, [0] * 32, [0] * 32, [0] * 32
        for end in (0, 16):  # the control endpoint, both ways
            kinds[end], sizes[end] = 0, PACKET
        for address, (kind, interval, owner) in endpoints(self.make).items():
            i = (address & 0x80) >> 3 | address & 0x0f
            kinds[i], intervals[i], owners[i], sizes[i] = kind, interval, owner, PACKET
        self._send(ENDPOINTS, 0, bytes(kinds + intervals + owners) + struct.pack("<32H", *sizes))

        interfaces = self.make.interfaces
        columns = (range(len(interfaces)), [i.class_ for i in interfaces],
                   [i.subclass for i in interfaces], [i.protocol for i in interfaces])
        self._send(INTERFACES, 0, struct.pack("<I", len(interfaces)) +
                   b"".join(bytes(column).ljust(32, b"\0") for column in columns))

    def _at_in(self):
        return next(address for address, (kind, _, owner) in endpoints(self.make).items()
                    if owner == self.make.at and address & 0x80 and kind == BULK_END)

    def _answer_reads(self):
        """A read is held until there is something to tell."""
        address = self._at_in()
        head = self.make.packet_head
        while self.unread and self.waiting[address] and not self.hung:
            id_, octets, stream = self.waiting[address].popleft()
            data = b""
            while self.unread and len(data) + PACKET <= max(octets, PACKET):
                fits = PACKET - len(head)
                data += head + bytes(self.unread[:fits])
                del self.unread[:fits]
            self._send(BULK, id_, struct.pack("<BBHI", address, DONE, len(data), stream) + data)

    async def serve(self, reader, writer):
        """One connection of QEMU's."""
        self.writer = writer
        self._send(HELLO, 0, b"modembank bench".ljust(64, b"\0") + struct.pack("<I", CAPABILITIES))
        if self.plugged:
            self.plug()
        try:
            while True:
                kind, length, id_ = struct.unpack("<III", await reader.readexactly(12))
                self._take(kind, id_, await reader.readexactly(length))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.writer = None

    def _take(self, kind, id_, body):
        if kind == CONTROL and not self.hung:
            self._control(id_, body)
        elif kind == BULK:
            self._bulk(id_, body)
        elif kind == CANCEL:
            for reads in self.waiting.values():
                for read in [read for read in reads if read[0] == id_]:
                    reads.remove(read)
            self._send(BULK, id_, struct.pack("<BBHI", 0x81, CANCELLED, 0, 0))
        elif kind == RESET or kind == SET_CONFIGURATION:
            hung = self.hung
            self._forget()  # what was not read yet is gone
            self.hung = hung
            if kind == SET_CONFIGURATION:
                self.configured = body[0]
                self._announce()
                self._send(CONFIGURATION, id_, bytes([DONE, self.configured]))
        elif kind == GET_CONFIGURATION:
            self._send(CONFIGURATION, id_, bytes([DONE, self.configured]))
        elif kind == SET_ALTERNATE:
            self._send(ALTERNATE, id_, bytes([DONE, body[0], body[1]]))
        elif kind == GET_ALTERNATE:
            self._send(ALTERNATE, id_, bytes([DONE, body[0], 0]))
        elif kind in (START_INTERRUPTS, STOP_INTERRUPTS):
            self._send(INTERRUPTS, id_, bytes([DONE, body[0]]))

    def _bulk(self, id_, body):
        address, _, octets, stream = struct.unpack("<BBHI", body[:8])
        if address & 0x80:
            self.waiting[address].append((id_, octets, stream))
            self._answer_reads()
        elif not self.hung:
            self._send(BULK, id_, struct.pack("<BBHI", address, DONE, octets, stream))
            if endpoints(self.make)[address][2] == self.make.at:
                self.heard(body[8:])

    def _control(self, id_, body):
        endpoint, request, type_, _, value, index, length = struct.unpack("<BBBBHHH", body[:10])
        answer = self._answer_to(type_, request, value)
        status = STALLED if answer is None else DONE
        data = (answer or b"")[:length] if type_ & 0x80 else b""
        self._send(CONTROL, id_, struct.pack("<BBBBHHH", endpoint, request, type_, status, value,
                                             index, len(data) if type_ & 0x80 else length) + data)

    def _answer_to(self, type_, request, value):
        """To a control request. None: it is not known."""
        if (type_, request) == (0x80, 6):  # GET_DESCRIPTOR
            texts = {0: bytes([4, 3, 9, 4]), 1: string(self.make.maker),
                     2: string(self.make.model)}
            return {1: device(self.make), 2: configuration(self.make),
                    3: texts.get(value & 0xff)}.get(value >> 8)
        if (type_, request) == (0x80, 0):  # GET_STATUS
            return b"\1\0"
        if type_ == 0xc0 and self.make.packet_head:  # what FTDI's driver asks: the modem's status
            return self.make.packet_head
        return None if type_ & 0x80 else b""  # line coding, DTR, RTS, latency: all is well
