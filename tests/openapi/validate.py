#!/usr/bin/python3
"""validate.py RECORD… — holds web/openapi.json against the program.

Each RECORD is a file of exchanges that tests wrote (tests/web/exchange_record.hpp). Checked are the
document itself, that it has exactly the routes of web/api.cpp with their scopes (but those of the
console's files), that every exchange is as the document says, and that every call, status and
problem that the document lists was seen; what need not be, and why, stands in exceptions.json. A
line for each complaint, exit status 1 when there is one. Needs Debian's python3-jsonschema and
nothing else.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote

from document import PROBLEM, PROBLEM_TYPE, Document, check_document, problems

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# Headers that mean something to the caller, and must therefore be described where they come.
TOLD_HEADERS = {"location", "retry-after", "idempotent-replayed", "www-authenticate"}
# What libmicrohttpd answers by itself to what is no HTTP: a page of HTML or nothing, untyped.
LIBRARY_STATUSES = {400, 413, 414, 431, 505}
# The console's own files: what a browser shows, and no part of the API.
CONSOLE = re.compile("/|/console/[^/]*")
# What a key needs for the scopes of web/api.cpp that tell the roles of people apart.
KEY_SCOPES = {"alarm": "send", "rack": "send", "dialogue": "admin", "upkeep": "admin"}
MOST_LINES = 60


def read_exceptions():
    exceptions = json.loads((HERE / "exceptions.json").read_text(encoding="utf-8"))
    spared = {(one["call"], one["status"], one.get("problem")): one["reason"]
              for one in exceptions["not_provoked"]}
    return set(exceptions["to_come"]), spared


def check_routes(document, to_come):
    """The document and the route table of web/api.cpp have the same calls and scopes."""
    text = (ROOT / "web/api.cpp").read_text(encoding="utf-8")
    found = re.findall(r'Route\{\s*"([A-Z]+)",\s*"([^"]+)",\s*Scope::(\w+),\s*Body::(\w+)', text)
    routes = {f"{method} {path}": KEY_SCOPES.get(scope, scope)
              for method, path, scope, body in found if body != "file"}
    if len(routes) < 15:
        yield "web/api.cpp: the route table was not understood; see check_routes"
        return
    described = {}
    for call, path, operation in document.operations():
        described[call] = (re.sub(r"{\w+}", "{}", call), scope_in(operation))
    for call, (route, scope) in described.items():
        if route in routes and call in to_come:
            yield f"{call}: is a route now; strike it from to_come in tests/openapi/exceptions.json"
        elif route not in routes and call not in to_come:
            yield f"{call}: in the document, but no route of web/api.cpp"
        elif routes.get(route, scope) != scope:
            yield f"{call}: needs the scope {routes[route]}, the document says {scope}"
    for route in routes.keys() - {route for route, _ in described.values()}:
        yield f"{route}: a route of web/api.cpp, but not in the document"
    for call in to_come - described.keys():
        yield f"{call}: in to_come, but not in the document"


def scope_in(operation):
    """What a key needs for it. A call for people alone is for all of them, as those of read."""
    scopes = [scope for one in operation["security"] for scope in one.get("bearer", [])]
    if scopes:
        return scopes[0]
    return "read" if operation["security"] else "none"


class Judge:
    """Holds exchanges against the document, and remembers what was seen. Calls to come are not
    there for it."""

    def __init__(self, document, to_come=()):
        self.document = document
        self.operations = {call: operation for call, _, operation in document.operations()
                           if call not in to_come}
        self.paths = []  # (pattern, path), those without a hole first
        paths = {call.split()[1] for call in self.operations}
        for path in sorted(paths, key=lambda path: path.count("{")):
            pattern = "".join("[^/]+" if piece.startswith("{") else re.escape(piece)
                              for piece in re.split(r"({\w+})", path))
            self.paths.append((re.compile(pattern), path))
        self.any_call = document.all["components"]["responses"]["AnyCall"]
        self.seen = defaultdict(set)  # of each call: (status, name of the problem or None)

    def judge(self, exchange):
        """What is wrong with one exchange."""
        media = exchange["answer_headers"].get("content-type", "").split(";")[0].strip()
        if exchange["status"] in LIBRARY_STATUSES and not media:
            return
        target = re.sub("^https?://[^/]*", "", exchange["target"], flags=re.IGNORECASE)
        path, _, query = target.partition("?")
        path = path or "/"
        if CONSOLE.fullmatch(path):
            return
        matching = self.matching(path)
        method = "GET" if exchange["method"] == "HEAD" else exchange["method"]
        call = next((f"{method} {known}" for known in matching
                     if f"{method} {known}" in self.operations), None)
        if call and path != "*":
            yield from self.judge_call(call, query, exchange, media)
        else:
            yield from self.judge_stranger(matching, exchange, media)

    def matching(self, path):
        """The described paths that it may be; a path that is written out is that path, whatever
        else its steps could stand for, and * is all of them."""
        if path == "*":
            return [known for _, known in self.paths]
        return [known for _, known in self.paths if known == path] or [
            known for pattern, known in self.paths if pattern.fullmatch(path)]

    def judge_stranger(self, matching, exchange, media):
        """A path or a method that the document does not have."""
        allowed = {call.split()[0] for call in self.operations if call.split()[1] in matching}
        allowed |= {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())
        told = set(exchange["answer_headers"].get("allow", "").split(", "))
        if matching and exchange["method"] == "OPTIONS":
            if exchange["status"] != 204 or told != allowed:
                yield f"answered with {exchange['status']}, Allow {told}, not {allowed}"
            return
        name = "method_not_allowed" if matching else "no_such_path"
        expected = {name: {"status": 405 if matching else 404}, **self.any_problems()}
        yield from self.judge_problem(expected, exchange, media)
        if exchange["status"] == 405 and told != allowed:
            yield f"Allow is {told}, not {allowed}"

    def any_problems(self):
        return problems(self.document, self.any_call)

    def judge_problem(self, expected, exchange, media):
        """A problem document, and one of those expected (by name: what it must say)."""
        if media != PROBLEM:
            yield f"an error of the type {media or 'none'}, not {PROBLEM}"
            return
        if exchange["method"] == "HEAD":
            if exchange["status"] not in {one["status"] for one in expected.values()}:
                yield f"the status {exchange['status']} is not listed"
            return
        answer = as_json(exchange["answer"])
        schema = self.document.all["components"]["schemas"]["Problem"]
        errors = self.document.errors(schema, answer, closed=True)
        yield from errors
        if errors:
            return
        name = answer["type"].removeprefix(PROBLEM_TYPE)
        if answer["status"] != exchange["status"]:
            yield f"the problem says status {answer['status']}"
        if name not in expected or expected[name]["status"] != exchange["status"]:
            yield f"the problem {name} is not listed under {exchange['status']}"
        elif expected[name].get("title", answer["title"]) != answer["title"]:
            yield f"the problem {name} has the title {answer['title']!r}, the example another"

    def judge_call(self, call, query, exchange, media):
        operation = self.operations[call]
        status = str(exchange["status"])
        response = self.document.resolve(operation["responses"].get(status, {}))
        content = response.get("content", {})
        known = problems(self.document, response) if response else {}
        if exchange["method"] == "HEAD" and response:
            pass  # its headers say all
        elif media == PROBLEM or not response:
            yield from self.judge_problem({**self.any_problems(), **known}, exchange, media)
            name = (as_json(exchange["answer"]) or {}).get("type", "").removeprefix(PROBLEM_TYPE)
            if not response or name not in known:
                call = "default"
                known = self.any_problems()
            self.seen[call].add((status, name))
        else:
            self.seen[call].add((status, None))
            yield from self.judge_body(content, exchange, media)
        if response:
            yield from self.judge_headers(response, exchange["answer_headers"])
        yield from self.judge_request(operation, query, exchange)

    def judge_body(self, content, exchange, media):
        if media not in content:
            if content or media or exchange["answer"]:
                yield f"an answer of the type {media or 'none'}, not {', '.join(content) or 'none'}"
            return
        body = exchange["answer"]
        if media.endswith("json") and media != "application/x-ndjson":
            body = as_json(body)
        yield from self.document.errors(content[media]["schema"], body, closed=True)

    def judge_headers(self, response, headers):
        described = {}
        for name, header in response.get("headers", {}).items():
            header = described[name.lower()] = self.document.resolve(header)
            if header.get("required") and name.lower() not in headers:
                yield f"the header {name} is missing"
        for name in headers.keys() & described.keys():
            schema = self.document.resolve(described[name]["schema"])
            for error in self.document.errors(schema, typed(schema, headers[name])):
                yield f"the header {name}: {error}"
        for name in (headers.keys() & TOLD_HEADERS) - described.keys():
            yield f"the header {name} is not described for this answer"

    def comes_with(self, name, headers):
        scheme = self.document.all["components"]["securitySchemes"][name]
        if scheme["type"] == "http":
            return "authorization" in headers
        if scheme["in"] == "header":
            return scheme["name"].lower() in headers
        cookies = headers.get("cookie", "").split(";")
        return any(cookie.strip().startswith(scheme["name"] + "=") for cookie in cookies)

    def judge_request(self, operation, query, exchange):
        """What was done is described as possible, and what was refused as unknown is not."""
        done = 200 <= exchange["status"] < 300
        if done and operation["security"] and not any(
                all(self.comes_with(scheme, exchange["headers"]) for scheme in one)
                for one in operation["security"]):
            yield "done without a key, or the cookie and X-CSRF-Token of who signed in"
        if done:
            yield from self.judge_parameters(operation, query, exchange["headers"])
        body = exchange["body"]
        wanted = operation.get("requestBody")
        if not wanted or (not body and not wanted["required"]):
            return
        media = exchange["headers"].get("content-type", "application/json")
        media = media.split(";")[0].strip().lower()
        if done and media not in wanted["content"]:
            yield f"a body of the type {media} was taken"
        if not media.endswith("/json") or media not in wanted["content"]:
            return
        if "chunked" in exchange["headers"].get("transfer-encoding", ""):
            return
        schema = self.document.resolve(wanted["content"][media]["schema"])
        errors = self.document.errors(schema, as_json(body))
        if done:
            yield from (f"a body was taken that the document does not allow: {error}"
                        for error in errors)
        refusals = (as_json(exchange["answer"]) or {}).get("errors", []) if not done else []
        if any(one["detail"].startswith("unknown field") for one in refusals) and not errors:
            yield "a body was refused for an unknown field that the document allows"

    def judge_parameters(self, operation, query, headers):
        described = {(one["in"], one["name"].lower()): one for one in operation["parameters"]}
        given = [("query", *item.partition("=")[::2]) for item in query.split("&") if item]
        given += [("header", name, headers[name]) for where, name in described
                  if where == "header" and name in headers]
        for where, name, value in given:
            if (where, name) not in described:
                yield f"?{name} was taken, but is not described"
                continue
            schema = self.document.resolve(described[where, name]["schema"])
            for error in self.document.errors(schema, typed(schema, unquote(value))):
                yield f"the parameter {name} was taken: {error}"


def check_coverage(document, judge, to_come, spared):
    """Every answer that is listed was seen, or need not be."""
    for call, _, operation in document.operations():
        if call in to_come:
            continue
        statuses = {status for status, _ in judge.seen[call]}
        if not any(status.startswith("2") for status in statuses):
            yield f"{call}: no test succeeds with it"
        for status, response in operation["responses"].items():
            if status == "default":
                continue
            content = document.resolve(response).get("content", {})
            names = set(problems(document, response))
            names |= {None} if set(content) != {PROBLEM} else set()
            for name in names:
                yield from check_one(call, status, name, judge, spared)
    for name, value in judge.any_problems().items():
        yield from check_one("default", str(value["status"]), name, judge, spared)
    for call, status, name in spared:
        if call != "default" and (call not in judge.operations or
                                  status not in judge.operations[call]["responses"]):
            yield f"{call} {status}: in exceptions.json, but not in the document"


def check_one(call, status, name, judge, spared):
    was_seen = (status, name) in judge.seen[call]
    is_spared = (call, status, name) in spared
    what = f"{call}: {status}" + (f" {name}" if name else "")
    if was_seen and is_spared:
        yield f"{what} was seen; strike it from tests/openapi/exceptions.json"
    if not was_seen and not is_spared:
        yield f"{what} is listed, and no test provokes it"


def as_json(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def typed(schema, text):
    """What stands in a query or a header, as the schema means it."""
    return int(text) if schema.get("type") == "integer" and text.isdigit() else text


def main(records):
    document = Document(ROOT / "web/openapi.json")
    shape = json.loads((HERE / "document.schema.json").read_text(encoding="utf-8"))
    cmake = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    version = re.search(r"project\(modembank VERSION ([\d.]+)", cmake)[1]
    to_come, spared = read_exceptions()

    complaints = [f"web/openapi.json: {one}" for one in check_document(document, shape, version)]
    if complaints:
        return tell(complaints, 0)
    complaints += check_routes(document, to_come)
    judge = Judge(document, to_come)
    count = 0
    for record in records:
        if not Path(record).exists():
            complaints.append(f"{record} is not there: run its test (ctest -R openapi does)")
            continue
        with open(record, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                exchange = json.loads(line)
                count += 1
                what = f"{exchange['method']} {exchange['target'][:80]} {exchange['status']}"
                complaints += [f"{Path(record).name}:{number}: {what}: {one}"
                               for one in judge.judge(exchange)]
    complaints += check_coverage(document, judge, to_come, spared)
    return tell(complaints, count)


def tell(complaints, count):
    """The exit status."""
    for complaint in complaints[:MOST_LINES]:
        print(complaint)
    if len(complaints) > MOST_LINES:
        print(f"… and {len(complaints) - MOST_LINES} more")
    print(f"{count} exchanges, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
