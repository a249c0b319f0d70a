"""How a server stands when very many connections are held open at it.

    connections.py HOST:PORT [COUNT]      COUNT is 100,000 unless said

Tries COUNT connections from 127.0.0.1, 127.0.0.2, … (a thousand each, so that ports suffice; the
server must listen on loopback), every second one with half a request, from as many processes as
their descriptors need, and asks /healthz all the while. Says what happened; the exit status is 1
when health was not always answered.
"""
import errno
import http.client
import multiprocessing
import resource
import socket
import sys
import time
from collections import Counter

FROM_EACH = 1000  # connections of one client address
PATIENCE = 10  # seconds, for an answer of /healthz
OWN = 100  # descriptors of a process for all else


def health(address):
    """Seconds until the answer; nothing when there is none, or another than 200."""
    begin = time.monotonic()
    connection = http.client.HTTPConnection(*address, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        if connection.getresponse().status != 200:
            return None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return time.monotonic() - begin


def connect(address, number):
    """A connection that is on its way; or the name of what is wrong."""
    source = number // FROM_EACH
    client = socket.socket()
    client.setblocking(False)
    try:
        client.bind((f"127.0.{source // 250}.{source % 250 + 1}", 0))
        client.connect(address)
    except BlockingIOError:
        pass
    except OSError as error:
        client.close()
        return errno.errorcode[error.errno]
    return client


def state_of(client):
    """What became of a connection."""
    try:
        said = client.recv(20)
    except BlockingIOError:
        return "open, or waits outside"
    except OSError as error:
        return errno.errorcode[error.errno]
    return said.split(b"\r")[0].decode() or "closed"


def hold(address, numbers, tried, ends):
    """A process that tries its connections, holds them until told, and says what became of them."""
    held, wrong = [], Counter()
    for number in numbers:
        client = connect(address, number)
        if isinstance(client, str):
            wrong[client] += 1
            continue
        held.append(client)
        if number % 2 == 0:
            try:
                client.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            except OSError:
                pass  # not connected yet, or sent away already: seen at the end
    tried.put(Counter(map(state_of, held)) + wrong)
    ends.wait()


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    address = host, int(port)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    tried, ends = multiprocessing.Queue(), multiprocessing.Event()
    holders = [multiprocessing.Process(
        target=hold, args=(address, range(first, min(first + hard - OWN, count)), tried, ends))
        for first in range(0, count, hard - OWN)]
    begin = time.monotonic()
    for holder in holders:
        holder.start()
    states, looks = [], []
    while len(states) < len(holders):
        looks.append(health(address))
        while not tried.empty():
            states.append(tried.get())
    took = time.monotonic() - begin
    looks += [health(address) for _ in range(10)]
    ends.set()
    for holder in holders:
        holder.join()
    answered = [look for look in looks if look is not None]
    print(f"{count} connections tried by {len(holders)} processes in {took:.1f} s")
    for state, often in sum(states, Counter()).most_common():
        print(f"{often:8} {state}")
    print(f"health asked {len(looks)} times, answered {len(answered)}, "
          f"at most {max(answered, default=0) * 1000:.0f} ms")
    return 0 if len(answered) == len(looks) else 1


if __name__ == "__main__":
    sys.exit(main())
