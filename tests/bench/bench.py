"""What all figures need: where things are, how long and how often."""
from appliance import Appliance
from rack import Rack


class Bench:
    def __init__(self, build, work, scale, brief):
        self.build = build
        self.program = build / "modembank"
        self.work = work
        self.windows = 1 if brief else 5
        self.seconds = 1.5 if brief else 20 * scale
        self.long_queue = 20_000 if brief else max(100_000, round(10_000_000 * scale))
        self.long_batch = 5_000 if brief else max(200_000, round(1_000_000 * scale))
        self.starts = 1 if brief else 5
        self.resident = {}  # KiB by number of modems, for A13

    def appliance(self, name):
        return Appliance(self.program, self.work / name)

    def rack(self, name, modems, latency_ms, *options):
        return Rack(self.program, self.work / f"rack-{name}", modems, latency_ms, *options)

    def say(self, what):
        print(f"  {what}", flush=True)

    def enough(self, rate):
        """Messages for a window with its beginning and end, at that many a second."""
        return round(rate * (self.seconds + 6)) + 1000
