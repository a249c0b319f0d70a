#!/usr/bin/python3
"""What validate.py must find: good exchanges and documents, each broken in one place."""

import copy
import json
import unittest

from document import Document, check_document, is_date_time
from validate import HERE, ROOT, Judge, check_routes

SHAPE = json.loads((HERE / "document.schema.json").read_text(encoding="utf-8"))


def exchange(method, target, status, answer, **more):
    """As tests/web/exchange_record.hpp writes it."""
    media = "application/problem+json" if status >= 400 else "application/json"
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return {"method": method, "target": target, "status": status, "answer": text,
            "headers": {"authorization": "Bearer x", **more.get("headers", {})},
            "body": more.get("body", ""),
            "answer_headers": {"content-type": media, **more.get("answer_headers", {})}}


def problem(status, name, title, **more):
    return {"type": "urn:modembank:problem:" + name, "title": title, "status": status,
            "detail": "x", **more}


class Exchanges(unittest.TestCase):
    def setUp(self):
        self.document = Document(ROOT / "web/openapi.json")
        schemas = self.document.all["components"]["schemas"]
        self.message = schemas["Message"]["examples"][0]
        self.suppression = schemas["Suppression"]["examples"][0]

    def complaints(self, *args, **more):
        return list(Judge(self.document).judge(exchange(*args, **more)))

    def test_a_good_answer_is_not_complained_of(self):
        good = {**self.message, "submissions": []}
        self.assertEqual(self.complaints("GET", "/v1/messages/msg_1", 200, good), [])
        self.assertEqual(self.complaints("DELETE", "/v1/messages/msg_1", 200, good), [])

    def test_an_answer_that_is_not_as_described(self):
        good = {**self.message, "submissions": []}
        for broken in ({**good, "state": "lost"}, {**good, "colour": "red"},
                       {**good, "created_at": "2026-13-22T10:00:00.000Z"}, self.message,
                       {key: good[key] for key in good if key != "parts"}, "{", []):
            self.assertTrue(self.complaints("GET", "/v1/messages/msg_1", 200, broken), broken)

    def test_a_status_a_type_or_a_header_that_is_not_listed(self):
        self.assertTrue(self.complaints("GET", "/v1/sims", 202, {"items": [], "next": None}))
        html = {"answer_headers": {"content-type": "text/html"}}
        self.assertTrue(self.complaints("GET", "/v1/sims", 200, "<p>", **html))
        refused = problem(401, "unauthorized", "Not signed in, and no valid key")
        self.assertTrue(self.complaints("GET", "/v1/sims", 401, refused))  # no WWW-Authenticate
        told = {"answer_headers": {"www-authenticate": "Bearer realm=\"modembank\""}}
        self.assertEqual(self.complaints("GET", "/v1/sims", 401, refused, **told), [])
        late = {"answer_headers": {"retry-after": "soon"}}
        self.assertTrue(self.complaints(
            "GET", "/v1/sims", 503, problem(503, "unavailable", "Not available now"), **late))

    def test_a_problem_that_is_not_listed_there(self):
        good = problem(404, "no_such_sim", "Not found")
        self.assertEqual(self.complaints("GET", "/v1/sims/1", 404, good), [])
        for broken in (problem(404, "no_such_modem", "Not found"), {**good, "title": "Gone"},
                       {**good, "status": 400}, {**good, "errors": []}):
            self.assertTrue(self.complaints("GET", "/v1/sims/1", 404, broken), broken)

    def test_a_path_or_method_that_is_not_there(self):
        nowhere = problem(404, "no_such_path", "Not found")
        self.assertEqual(self.complaints("GET", "/v1/faxes", 404, nowhere), [])
        self.assertTrue(self.complaints("GET", "/v1/faxes", 200, {}))
        wrong = problem(405, "method_not_allowed", "Method not allowed")
        for allow, well in (("GET, HEAD, OPTIONS", True), ("GET, HEAD", False)):
            answer_headers = {"allow": allow}
            found = self.complaints("POST", "/v1/sims", 405, wrong, answer_headers=answer_headers)
            self.assertEqual(not found, well, found)
        options = exchange("OPTIONS", "/v1/sims", 204, "", answer_headers={"allow": "GET, PUT"})
        self.assertTrue(list(Judge(self.document).judge(options)))

    def test_what_may_be_answered_to_any_call(self):
        for status, name, title in ((400, "incomplete", "Bad request"),
                                    (406, "not_acceptable", "No representation that is accepted"),
                                    (417, "unknown_expectation", "Expectation not met")):
            for call in (("GET", "/v1/sims"), ("GET", "HTTP://x/v1/sims?limit=1")):
                good = problem(status, name, title)
                self.assertEqual(self.complaints(*call, status, good), [])
                self.assertTrue(self.complaints(*call, status, {**good, "title": "No"}))
                self.assertTrue(self.complaints(*call, 418, {**good, "status": 418}))
        self.assertEqual(self.complaints("HEAD", "/v1/sims", 406, ""), [])
        self.assertTrue(self.complaints("HEAD", "/v1/sims", 418, ""))
        untyped = {"answer_headers": {"content-type": ""}}
        self.assertEqual(self.complaints("GET", "/healthz", 505, "<p>", **untyped), [])
        self.assertTrue(self.complaints("GET", "/healthz", 500, "<p>", **untyped))

    def test_the_files_of_the_console_are_not_looked_at(self):
        html = {"answer_headers": {"content-type": "text/html; charset=utf-8"}}
        for path, well in (("/", True), ("/console/app.js", True), ("/consoles", False)):
            found = self.complaints("GET", path, 200, "<p>", **html)
            self.assertEqual(not found, well, found)

    def test_the_whole_server(self):
        for methods in ("GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS", "GET"):
            options = exchange("OPTIONS", "*", 204, "", answer_headers={"allow": methods})
            found = list(Judge(self.document).judge(options))
            self.assertEqual(not found, methods != "GET", found)

    def test_a_request_that_was_taken_against_the_document(self):
        put = ("PUT", "/v1/suppressions/+989121234567", 200, self.suppression)
        self.assertEqual(self.complaints(*put, body='{"scope":"all"}'), [])
        self.assertTrue(self.complaints(*put, body='{"scope":"some"}'))
        self.assertTrue(self.complaints(*put, body='{"colour":"red"}'))
        page = {"items": [], "next": None}
        self.assertEqual(self.complaints("GET", "/v1/sims?limit=10", 200, page), [])
        self.assertTrue(self.complaints("GET", "/v1/sims?limit=1001", 200, page))
        self.assertTrue(self.complaints("GET", "/v1/sims?colour=red", 200, page))

    def test_what_was_done_without_the_right_to(self):
        put = ("PUT", "/v1/suppressions/+989121234567", 200, self.suppression)
        key = {"authorization": "Bearer x"}
        cookie = {"cookie": "theme=dark; modembank_session=x"}
        page = {**cookie, "x-csrf-token": "y"}
        for headers, well in ((key, True), (page, True), (cookie, False), ({}, False),
                              ({"cookie": "not_modembank_session=x", "x-csrf-token": "y"}, False)):
            one = exchange(*put, body="{}")
            one["headers"] = headers
            self.assertEqual(not list(Judge(self.document).judge(one)), well, headers)
        one = exchange("GET", "/v1/sims", 200, {"items": [], "next": None})
        one["headers"] = cookie
        self.assertEqual(list(Judge(self.document).judge(one)), [])

    def test_a_field_that_is_refused_as_unknown_although_described(self):
        refused = problem(422, "invalid_suppression", "The request cannot be accepted as it is",
                          errors=[{"pointer": "/scope", "detail": "unknown field; write reason"}])
        self.assertTrue(self.complaints(
            "PUT", "/v1/suppressions/+989121234567", 422, refused, body='{"scope":"all"}'))


class Documents(unittest.TestCase):
    def complaints(self, change):
        document = Document(ROOT / "web/openapi.json")
        document.all = copy.deepcopy(document.all)
        change(document.all)
        version = document.all["info"]["version"]
        return check_document(document, SHAPE, version)

    def test_the_document_is_not_complained_of(self):
        self.assertEqual(self.complaints(lambda all_: None), [])

    def test_a_document_that_is_broken_in_one_place(self):
        def sims(all_):
            return all_["paths"]["/v1/sims"]["get"]
        for change in (
                lambda all_: sims(all_).update(sumary="x"),
                lambda all_: sims(all_).pop("operationId"),
                lambda all_: sims(all_).update(operationId="listModems"),
                lambda all_: sims(all_)["tags"].append("Fax"),
                lambda all_: sims(all_)["security"][1].update(csrf=[]),
                lambda all_: sims(all_)["security"].append({"sesion": []}),
                lambda all_: all_["paths"]["/v1/session"]["delete"]["security"][0].pop("csrf"),
                lambda all_: sims(all_)["responses"].pop("200"),
                lambda all_: sims(all_)["responses"].update(
                    {"404": {"$ref": "#/components/responses/Nobody"}}),
                lambda all_: all_["paths"]["/v1/sims/{id}"].pop("parameters"),
                lambda all_: all_["components"]["schemas"].update(Fax={"type": "object"}),
                lambda all_: all_["components"]["schemas"]["Parts"].update(type="number or null"),
                lambda all_: all_["components"]["schemas"]["Parts"].update(minimun=1),
                lambda all_: all_["components"]["schemas"]["Sim"]["required"].append("colour"),
                lambda all_: all_["components"]["schemas"]["Sim"]["examples"][0].pop("left"),
                lambda all_: all_["components"]["examples"]["bad_path"]["value"].update(
                    type="urn:modembank:problem:bad_road")):
            self.assertTrue(self.complaints(change))


class Routes(unittest.TestCase):
    def complaints(self, path, method, security):
        document = Document(ROOT / "web/openapi.json")
        if path:
            document.all["paths"][path][method]["security"] = security
        return list(check_routes(document, set()))

    def test_the_scopes_of_keys_are_those_of_the_routes(self):
        self.assertEqual(self.complaints(None, None, None), [])

    def test_another_scope_is_found(self):
        for path, method, scope in (("/v1/sims", "get", "send"),
                                    ("/v1/modems/{name}/restart", "post", "read"),
                                    ("/v1/modems/{name}/dialogue", "get", "send"),
                                    ("/v1/modems/{name}/loopback", "post", "send"),
                                    ("/v1/session", "get", "admin")):
            self.assertTrue(self.complaints(path, method, [{"bearer": [scope]}]), path)
        self.assertTrue(self.complaints("/v1/users", "get", [{"session": []}]))
        self.assertTrue(self.complaints("/v1/session", "get", []))


class Times(unittest.TestCase):
    def test_rfc_3339(self):
        for good in ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00.123+03:30",
                     "2026-12-31T23:59:60Z"):
            self.assertTrue(is_date_time(good), good)
        for bad in ("2026-11-22", "2026-11-22T10:00:00", "2026-11-22T10:00Z", "x"):
            self.assertFalse(is_date_time(bad), bad)
        with self.assertRaises(ValueError):
            is_date_time("2026-02-30T10:00:00Z")


if __name__ == "__main__":
    unittest.main()
