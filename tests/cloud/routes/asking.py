"""Requests made from the OpenAPI document: as a form would send them, and as nobody should."""

import base64
import json
import random
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# What people type, and what those type who wish us ill; each is one text.
TEXTS = (
    "荆襄市",
    "",
    " ",
    "'",
    "' OR '1'='1",
    '"; DROP TABLE account; --',
    "1); DELETE FROM audit WHERE (1=1",
    "%",
    "_%\\",
    "\\",
    "\0",
    "\ud800",
    "\u202e\u2066",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}#{7*7}",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "a\r\nSet-Cookie: x=1",
    "*)(uid=*",
    "x" * 5000,
    "NaN",
    "1e999",
    "-0",
    "9" * 30,
    "９９．９",
    "0.0000000000001",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "2026-11-21..2026-11-22",
    "..",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+14:00",
    "true",
    "null",
    "[]",
)
NUMBERS = (0, 1, -1, 2, 2**31 - 1, 2**31, 2**53, 2**63, -(2**63) - 1, 1e308, float("nan"), 0.5)
ODD = (None, True, False, [], {}, [[]], {"x": 1}, "x", 0, -1, 2**63, 1.5)
PIXEL = base64.b64decode(  # a picture, though what follows it is none of it
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DEEPEST = 6  # levels of a schema that names itself


class Request(NamedTuple):
    """A request for one operation."""

    operation: str
    method: str
    url: str
    params: dict[str, str]
    content: bytes
    headers: dict[str, str]

    @property
    def arguments(self) -> dict[str, Any]:
        """As a client takes them."""
        return {name: value for name, value in self._asdict().items() if name != "operation"}


class Asking:
    """Makes requests; the same seed makes the same ones."""

    def __init__(self, document: Mapping[str, Any], seed: int, plain: Mapping[str, str]) -> None:
        self.document = document
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.plain = plain  # what the fields of these names take, where the schema says no more than "text"

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Path, method and what is told of each operation."""
        for path, methods in self.document["paths"].items():
            for method, told in methods.items():
                yield path, method, told

    def requests(self, path: str, method: str, told: Mapping[str, Any], ill: int) -> Iterator[Request]:
        """One as a form would send it, and so many that nobody should send."""
        for is_ill in (False, *(True,) * ill):
            yield self.request(path, method, told, is_ill=is_ill)

    def request(self, path: str, method: str, told: Mapping[str, Any], *, is_ill: bool) -> Request:
        """One request; an ill one has a quarter of its values from those who wish us ill."""
        url, params = path, {}
        for one in told.get("parameters", ()):
            name, schema = one["name"], one["schema"]
            if one["in"] == "path":
                url = url.replace(f"{{{name}}}", _in_path(self._spoken(schema, name, is_ill)))
            elif one["in"] == "query" and (one.get("required") or self._happens(0.4, is_ill)):
                params[name] = self._spoken(schema, name, is_ill)
        content, headers = b"", {}
        body = told.get("requestBody", {}).get("content", {})
        if "application/json" in body:
            value = self.value(body["application/json"]["schema"], is_ill)
            content, headers = json.dumps(value).encode(), {"content-type": "application/json"}
        elif body:
            content = self.random.choice((b"", b"PK\3\4", b"%PDF-1.7\n", PIXEL)) + self.random.randbytes(40)
        params = {name: value.encode(errors="replace").decode() for name, value in params.items()}
        return Request(told["operationId"], method.upper(), url, params, content, headers)

    def _happens(self, chance: float, is_ill: bool) -> bool:
        return is_ill and self.random.random() < chance

    def _spoken(self, schema: Mapping[str, Any], name: str, is_ill: bool) -> str:
        value = self.value(schema, is_ill, name)
        while isinstance(value, list):
            value = value[0] if value else 1
        return "" if value is None else str(value)

    def value(self, schema: Mapping[str, Any], is_ill: bool, name: str = "", depth: int = 0) -> Any:
        """A value of a schema; an ill one is now and then of no schema at all."""
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                choices = [one for one in schema[several] if one.get("type") != "null"]
                return self.value(self.random.choice(choices), is_ill, name, depth + 1)
        if depth and self._happens(0.03, is_ill):
            return self.random.choice(ODD)
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "const" in schema:
            return schema["const"]
        match schema.get("type"):
            case "object":
                return self._object(schema, is_ill, depth)
            case "array":
                least = schema.get("minItems", 0)
                count = least if depth > DEEPEST else max(least, self.random.randint(0, 2))
                items = schema.get("items", {})
                return [self.value(items, is_ill, name, depth + 1) for _ in range(count)]
            case "integer" | "number":
                ill = self._happens(0.2, is_ill)
                return self.random.choice(NUMBERS) if ill else schema.get("minimum", 1)
            case "boolean":
                return self.random.random() < 0.5
            case "string":
                return self._text(schema, is_ill, name)
        return self.random.choice(ODD)

    def _object(self, schema: Mapping[str, Any], is_ill: bool, depth: int) -> dict[str, Any]:
        needed = set(schema.get("required", ()))
        if self._happens(0.03, is_ill) and needed:
            needed.remove(self.random.choice(sorted(needed)))
        return {
            name: self.value(one, is_ill, name, depth + 1)
            for name, one in schema.get("properties", {}).items()
            if name in needed or self.random.random() < 0.6
        }

    def _text(self, schema: Mapping[str, Any], is_ill: bool, name: str) -> str:
        if self._happens(0.25, is_ill):
            return self.random.choice(TEXTS)
        if examples := schema.get("examples"):
            return str(examples[0])
        if made := _FORMATS.get(schema.get("format", "")):
            return made
        return self.plain.get(name, "样本")[: schema.get("maxLength")].ljust(schema.get("minLength", 0), "x")


_FORMATS = {"date": "2026-11-20", "date-time": "2026-11-20T09:00:00+08:00"}


def _in_path(value: str) -> str:
    """A text as a part of a path that a client can send at all."""
    kept = "".join(f"%{byte:02X}" for byte in value.encode(errors="replace") if chr(byte) not in "/.?#")
    return kept or "x"
