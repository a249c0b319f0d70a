"""web/openapi.json: read, resolved, and checked by itself."""

import json
import re
from datetime import datetime
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker, SchemaError

METHODS = ("get", "put", "post", "patch", "delete")
PROBLEM = "application/problem+json"
PROBLEM_TYPE = "urn:modembank:problem:"
KEYWORDS = {
    "$ref", "type", "description", "enum", "const", "default", "examples", "format", "pattern",
    "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "items", "required",
    "properties", "additionalProperties", "allOf", "anyOf", "oneOf",
}

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def is_date_time(text):
    """RFC 3339 §5.6. A leap second is one, which datetime does not know."""
    if not isinstance(text, str):
        return True
    parts = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", text)
    if not parts:
        return False
    zone = "+00:00" if parts[5] in "Zz" else parts[5]
    datetime.fromisoformat(f"{parts[1]}T{parts[2]}:{min(int(parts[3]), 59):02}{zone}")
    return int(parts[3]) <= 60


class Document:
    """The document, and validators of its schemas."""

    def __init__(self, path):
        self.all = json.loads(Path(path).read_text(encoding="utf-8"))
        self._validators = {}

    def resolve(self, node):
        """The thing itself, when the node is a reference to it. Raises KeyError."""
        while isinstance(node, dict) and "$ref" in node:
            target = self.all
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def errors(self, schema, value, closed=False):
        """Why a value does not match, line by line. Closed: a member that is not described is
        wrong, too; clients must let new ones pass, the program's own tests need not."""
        key = (id(schema), closed)
        if key not in self._validators:
            # Beside the schema stands what its references lead to.
            whole = {**schema, "components": self.all["components"]}
            whole = closing(whole) if closed else whole
            self._validators[key] = Draft202012Validator(whole, format_checker=formats)
        return [sentence(error) for error in self._validators[key].iter_errors(value)]

    def operations(self):
        """(call, path, operation) of all, as in "GET /v1/messages"; parameters of the path
        included."""
        for path, item in self.all["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = dict(item[method])
                    shared = item.get("parameters", []) + operation.get("parameters", [])
                    operation["parameters"] = [self.resolve(one) for one in shared]
                    yield f"{method.upper()} {path}", path, operation


def sentence(error):
    """One line of a jsonschema error: where, and what."""
    place = "/".join(str(step) for step in error.absolute_path)
    text = error.message if len(error.message) < 300 else error.message[:300] + "…"
    text += "".join("; or " + sentence(inner) for inner in error.context or [])
    return f"/{place}: {text}"


def closing(schema):
    if isinstance(schema, list):
        return [closing(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: closing(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


def walk(node, place=""):
    """Every object and array below a node, with its JSON pointer."""
    yield place, node
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if isinstance(value, (dict, list)):
            yield from walk(value, f"{place}/{key}")


def check_document(document, shape, version):
    """What is wrong with the document alone. Each step relies on those before."""
    steps = (lambda: check_shape(document, shape, version), lambda: check_references(document),
             lambda: check_schemas(document), lambda: check_values(document),
             lambda: check_operations(document), lambda: check_examples(document))
    for step in steps:
        found = list(step())
        if found:
            return found
    return []


def check_shape(document, shape, version):
    yield from (sentence(error) for error in Draft202012Validator(shape).iter_errors(document.all))
    said = document.all.get("info", {}).get("version")
    if said != version:
        yield f"/info/version: {said}, but CMakeLists.txt says {version}"


def check_references(document):
    used = set()
    for place, node in walk(document.all):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            used.add(node["$ref"])
            try:
                document.resolve(node)
            except KeyError:
                yield f"{place}: {node['$ref']} leads nowhere"
    for kind, components in document.all["components"].items():
        for name in components:
            if kind != "securitySchemes" and f"#/components/{kind}/{name}" not in used:
                yield f"/components/{kind}/{name}: nothing uses it"


def schemas(document):
    for name, schema in document["components"]["schemas"].items():
        yield f"/components/schemas/{name}", schema
    for place, node in walk(document):
        inline = isinstance(node, dict) and not re.search("/(properties|examples?)(/|$)", place)
        if inline and isinstance(node.get("schema"), dict):
            yield place + "/schema", node["schema"]


def subschemas(document):
    """Every schema, also those within others, with its place."""
    todo = list(schemas(document))
    while todo:
        where, one = todo.pop()
        yield where, one
        todo += [(f"{where}/properties/{key}", inner)
                 for key, inner in one.get("properties", {}).items()]
        todo += [(f"{where}/{word}", inner)
                 for word in ("allOf", "anyOf", "oneOf") for inner in one.get(word, [])]
        todo += [(f"{where}/items", one["items"])] if "items" in one else []


def check_schemas(document):
    for place, schema in schemas(document.all):
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            yield f"{place}: no JSON Schema: {sentence(error)}"
    for place, schema in subschemas(document.all):
        yield from (f"{place}: unknown keyword {word}" for word in schema.keys() - KEYWORDS)
        for name in schema.get("required", []):
            if "properties" in schema and name not in schema["properties"]:
                yield f"{place}: requires {name}, which it does not describe"


def check_values(document):
    """Examples and defaults that stand in schemas."""
    for place, schema in subschemas(document.all):
        values = schema.get("examples", []) + [schema[key] for key in ("default",) if key in schema]
        for value in values:
            for error in document.errors(schema, value):
                yield f"{place}: its example or default {json.dumps(value)[:80]}: {error}"


def check_operations(document):
    names = set()
    tags = {tag["name"] for tag in document.all["tags"]}
    for call, path, operation in document.operations():
        if operation["operationId"] in names:
            yield f"{call}: operationId {operation['operationId']} is taken"
        names.add(operation["operationId"])
        yield from (f"{call}: unknown tag {tag}" for tag in set(operation["tags"]) - tags)
        described = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        if described != set(re.findall(r"{(\w+)}", path)):
            yield f"{call}: describes the path's parameters {sorted(described)}"
        yield from (f"{call}: a page of another site could ask for it, or need not prove it cannot"
                    for one in operation["security"]
                    if "session" in one and ("csrf" in one) == call.startswith("GET "))
        if not any(status.startswith("2") for status in operation["responses"]):
            yield f"{call}: no answer for when all is well"


def check_examples(document):
    for place, node in walk(document.all):
        if not isinstance(node, dict) or not isinstance(node.get("schema"), dict):
            continue
        values = {"example": node["example"]} if "example" in node else {}
        for name, example in node.get("examples", {}).items():
            values[name] = document.resolve(example)["value"]
        for name, value in values.items():
            for error in document.errors(node["schema"], value, closed=True):
                yield f"{place}: example {name}: {error}"
    responses = [(f"/components/responses/{name}", "", response)
                 for name, response in document.all["components"]["responses"].items()]
    responses += [(call, status, document.resolve(response))
                  for call, _, operation in document.operations()
                  for status, response in operation["responses"].items()]
    for place, status, response in responses:
        for name, value in problems(document, response).items():
            if value["type"] != PROBLEM_TYPE + name:
                yield f"{place}: the example {name} has the type {value['type']}"
            if status.isdigit() and value["status"] != int(status):
                yield f"{place}: the example {name} under {status} has the status {value['status']}"


def problems(document, response):
    """The problem documents that a response may be, by the last word of their type."""
    media = document.resolve(response).get("content", {}).get(PROBLEM, {})
    return {name: document.resolve(example)["value"]
            for name, example in media.get("examples", {}).items()}
