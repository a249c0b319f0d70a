"""The real program, `modembank serve`, as a process: configured, filled, started, stopped."""
import http.client
import json
import signal
import socket
import subprocess
import time

TEXT = "Your order is here. It waits for you at the counter until eight."
IN_ONE_POST = 10_000

CONFIG = """\
[store]
path = "{database}"
[http]
listen = "{listen}"
[region]
country = "IR"
timezone = "Asia/Tehran"
[discovery]
paths = ["{ports}"]
[limits]
per_day = 10000000
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Appliance:
    """One database with its key and its queue; the program runs on it within `running`."""

    def __init__(self, program, directory):
        directory.mkdir(parents=True)
        self.program = program
        self.directory = directory
        self.queued = 0  # as far as we know: posted, less what the rack took
        self.posted = 0
        self.key = json.loads(self._run("key", "create", "--config", self._configure(None),
                                        "--name", "bench", "--scope", "admin", "--json"))["key"]

    def _run(self, *arguments):
        return subprocess.run([self.program, *arguments], check=True, stdout=subprocess.PIPE,
                              text=True).stdout

    def _configure(self, rack):
        self.address = f"127.0.0.1:{free_port()}"
        file = self.directory / "modembank.toml"
        # Without a rack it looks where no port will ever be.
        ports = (rack.directory if rack else self.directory / "no-rack") / "slot-*"
        file.write_text(CONFIG.format(database=self.directory / "modembank.db",
                                      listen=self.address, ports=ports))
        return file

    def running(self, rack=None):
        return Running(self, rack)

    def fill(self, wanted):
        """Posts until so many are queued. Without modems, so that none leaves meanwhile."""
        if self.queued >= wanted:
            return
        with self.running() as run:
            while self.queued < wanted:
                count = min(IN_ONE_POST, wanted - self.queued)
                numbers = [f"+9891{(self.posted + i) % 10**8:08}" for i in range(count)]
                answer = run.post({"to": numbers, "text": TEXT})
                if json.loads(answer)["accepted"] != count:
                    raise RuntimeError(f"not all were accepted: {answer[:500]}")
                self.posted += count
                self.queued += count

    def measure(self, rack, seconds):
        """The program at a rack, in steady state; then it is stopped and the rack is idle."""
        taken = rack.numbers("stats")["accepted"]
        rack.reset()
        with self.running(rack) as run:
            rack.until_busy()
            window = rack.watch(run.process.pid, seconds)
        self.queued -= rack.numbers("stats")["accepted"] - taken
        if self.queued <= 0:
            raise RuntimeError("the queue ran dry in a window: its figures are void")
        return window


class Running:
    def __init__(self, appliance, rack):
        self.appliance = appliance
        self.started = time.monotonic()
        self.log = open(appliance.directory / "serve.log", "a")
        self.process = subprocess.Popen(
            [appliance.program, "serve", "--config", appliance._configure(rack)], stderr=self.log)
        self.socket = None

    def __enter__(self):
        try:
            while not self._answers():
                if self.process.poll() is not None or time.monotonic() > self.started + 60:
                    raise RuntimeError(f"serve does not listen: see {self.log.name}")
                time.sleep(0.01)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _answers(self):
        host, port = self.appliance.address.split(":")
        try:
            self.socket = socket.create_connection((host, int(port)))
        except ConnectionRefusedError:
            return False
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return True

    def __exit__(self, *_):
        if self.socket:
            self.socket.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=90)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.log.close()

    def post_file(self, file, count):
        """One POST /v1/messages/batch; gives the seconds from its first octet to its answer."""
        began = time.monotonic()
        self.socket.sendall(
            (f"POST /v1/messages/batch HTTP/1.1\r\nHost: {self.appliance.address}\r\n"
             f"Authorization: Bearer {self.appliance.key}\r\n"
             f"Content-Type: application/x-ndjson\r\n"
             f"Content-Length: {file.stat().st_size}\r\n\r\n").encode())
        with file.open("rb") as body:
            self.socket.sendfile(body)
        answer = json.loads(self._answer())
        if answer["accepted"] != count:
            raise RuntimeError(f"not all were accepted: {answer}"[:500])
        return time.monotonic() - began

    def post(self, message):
        """One POST /v1/messages on the one connection, written in one piece: http.client writes
        head and body apart, and measures Nagle."""
        body = json.dumps(message).encode()
        self.socket.sendall(
            (f"POST /v1/messages HTTP/1.1\r\nHost: {self.appliance.address}\r\n"
             f"Authorization: Bearer {self.appliance.key}\r\nContent-Type: application/json\r\n"
             f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
        return self._answer()

    def ask(self, method, path, body=None):
        """The API, on a connection of its own."""
        connection = http.client.HTTPConnection(self.appliance.address, timeout=60)
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body),
                               headers={"Authorization": f"Bearer {self.appliance.key}",
                                        "Content-Type": "application/json"})
            answer = connection.getresponse()
            body = answer.read().decode()
            if answer.status not in (200, 201):
                raise RuntimeError(f"{method} {path}: {answer.status} {body[:500]}")
            return json.loads(body)
        finally:
            connection.close()

    def get(self, path):
        return self.ask("GET", path)

    def act(self, modem, action):
        return self.ask("POST", f"/v1/modems/{modem}/{action}")

    def all(self, path):
        """The items of all pages of a list."""
        items, after = [], ""
        while after is not None:
            page = self.get(f"{path}?limit=1000" + (f"&after={after}" if after else ""))
            items += page["items"]
            after = page["next"]
        return items

    def until_ready(self, modems, patience=60):
        """Waits until so many modems are ready; gives the seconds since the start."""
        while True:
            ready = sum(modem["state"] == "ready" for modem in self.all("/v1/modems"))
            if ready >= modems:
                return time.monotonic() - self.started
            if time.monotonic() > self.started + patience:
                raise RuntimeError(f"only {ready} of {modems} modems are ready: "
                                   f"see {self.log.name}")
            time.sleep(0.01)

    def _answer(self):
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, rest = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(f"refused: {answer.decode(errors='replace')[:500]}")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length:"))
        pieces = [rest]
        while sum(map(len, pieces)) < length:
            pieces.append(self._receive())
        return b"".join(pieces).decode()

    def _receive(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise RuntimeError("the program closed the connection")
        return data
