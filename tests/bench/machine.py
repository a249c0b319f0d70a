"""What the kernel knows of processes and of the machine."""
import os
from pathlib import Path


def cpu_seconds(pid):
    """CPU time of all threads that live now, to the nanosecond (times(2) counts hundredths)."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:  # it ended meanwhile
            pass
    return total / 1e9


def memory_kib(pid, what):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1])
    raise RuntimeError(f"no {what} of process {pid}")


def resident_kib(pid):
    return memory_kib(pid, "VmRSS")


def peak_kib(pid):
    """The most that was resident since the start, or since `reset_peak_kib`."""
    return memory_kib(pid, "VmHWM")


def reset_peak_kib(pid):
    """The peak is counted anew; gives what is resident now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return resident_kib(pid)


class Company:
    """How much of the machine others used meanwhile: what makes one run worse than another."""

    def __init__(self):
        self.before = self._ticks()

    @staticmethod
    def _ticks():
        fields = [int(f) for f in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
        idle = fields[3] + fields[4]  # idle and waiting for the disk
        return sum(fields[:8]), sum(fields[:8]) - idle, sum(os.times()[:4]) * os.sysconf("SC_CLK_TCK")

    def share(self):
        """Of all CPU time; ours are this process and its children that have ended."""
        all_, busy, ours = (b - a for a, b in zip(self.before, self._ticks()))
        return max(0.0, busy - ours) / all_


def describe():
    models = {line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")}
    return f"{len(os.sched_getaffinity(0))} cores, {' and '.join(sorted(models)) or 'unknown CPU'}"
