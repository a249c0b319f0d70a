"""The limits that figures are ratios to, each a small program of its own."""
import json
import re
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

POST = Path(__file__).with_name("post.lua")


def wire(build, rack, seconds):
    """One thread and one epoll at the very rack that the program drives."""
    lead = 0.5 + 2 * rack.latency
    rack.reset()
    process = subprocess.Popen(
        [build / "tests/bench/bench_wire", rack.directory, str(lead + seconds + 0.5), "0",
         str(rack.latency * 1000)], stdout=subprocess.PIPE)
    try:
        time.sleep(lead)
        window = rack.watch(process.pid, seconds)
        process.wait(timeout=30)
    finally:
        process.kill()
        process.wait()
    return window


def program(build, name, directory, seconds):
    """`bench_sync` or `bench_rows`: how many a second."""
    out = subprocess.run([build / "tests/bench" / f"bench_{name}", directory, str(seconds)],
                         check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(out)["per_second"]


@contextmanager
def http(build):
    """The bare responder; gives its address."""
    process = subprocess.Popen([build / "tests/bench/bench_http"], stdout=subprocess.PIPE, text=True)
    try:
        yield f"127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def wrk(address, key, connections, seconds):
    """Single POSTs to /v1/messages a second, each to a number of its own."""
    out = subprocess.run(
        ["wrk", "-t", str(min(connections, 2)), "-c", str(connections),
         "-d", f"{max(1, round(seconds))}s", "-s", POST, f"http://{address}/v1/messages", "--", key],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(f"not every POST was accepted:\n{out}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", out).group(1))
