"""The virtual rack as a process, and what it tells of whoever drives it."""
import socket
import subprocess
import time
from dataclasses import dataclass

from machine import cpu_seconds, resident_kib


@dataclass
class Window:
    """One driver of the rack, for a while in steady state; seen by the rack and the kernel."""
    seconds: float
    use: float  # share of the time that modems had a part on the air
    per_second: float  # parts that the network took
    cpu_per_1000: float  # seconds of the driver's, all threads
    gap_p50_us: float  # from a result to the next AT+CMGS=, in buckets 19 % wide
    gap_p99_us: float
    resident_kib: int


class Rack:
    def __init__(self, program, directory, modems, latency_ms, *options):
        self.directory = directory
        self.modems = modems
        self.latency = latency_ms / 1000
        self.process = subprocess.Popen(
            [program, "rack", "--modems", str(modems), "--dir", directory,
             "--latency-ms", str(latency_ms), "--report-delay-ms", str(latency_ms), *options],
            stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            raise RuntimeError("the rack did not start")
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(str(directory / "control"))
        self.answers = self.control.makefile()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, line):
        self.control.sendall(line.encode() + b"\n")
        answer = self.answers.readline().strip()
        if not answer.startswith("ok"):
            raise RuntimeError(f"rack: {line}: {answer}")
        return answer.removeprefix("ok").strip()

    def numbers(self, line):
        return {key: int(value) for key, value in
                (word.split("=") for word in self.ask(line).split())}

    def reset(self):
        """Modems as after power-on, so that no driver finds the settings of the one before it."""
        self.ask("restart all")
        time.sleep(0.2 + self.latency)  # reports on their way stay with the network

    def until_busy(self, patience=90):
        """Waits until the driver has all modems at work, and a round more for their phases."""
        end = time.monotonic() + patience
        taken = self.numbers("stats")["accepted"]
        while True:
            sending = self.ask("list").count("=sending")
            fresh = self.numbers("stats")["accepted"] - taken
            if sending == self.modems or fresh > 3 * self.modems:
                break
            if time.monotonic() > end:
                raise RuntimeError(f"only {sending} of {self.modems} modems send, {fresh} sent: "
                                   f"{self.ask('list')}")
            time.sleep(0.05)
        time.sleep(0.5 + self.latency)

    def watch(self, pid, seconds):
        self.ask("gaps all reset")
        air, taken, cpu = self.numbers("air"), self.numbers("stats"), cpu_seconds(pid)
        time.sleep(seconds)
        cpu = cpu_seconds(pid) - cpu
        taken = self.numbers("stats")["accepted"] - taken["accepted"]
        after, gaps = self.numbers("air"), self.numbers("gaps")
        elapsed = (after["now_us"] - air["now_us"]) / 1e6
        if taken == 0:
            raise RuntimeError("nothing was sent in a window")
        return Window(
            seconds=elapsed,
            use=(after["on_air_us"] - air["on_air_us"]) / 1e6 / elapsed / self.modems,
            per_second=taken / elapsed,
            cpu_per_1000=cpu / taken * 1000,
            gap_p50_us=gaps["p50_us"],
            gap_p99_us=gaps["p99_us"],
            resident_kib=resident_kib(pid))
