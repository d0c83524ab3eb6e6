"""A request that a route of the OpenAPI document takes: every required parameter and field is given."""

import json
from collections.abc import Mapping
from typing import Any

from cloud.conformance.client import Deed

KNOWN: dict[str, object] = {  # what a query asks for where its schema does not say it
    "from": "2026-10-01",
    "to": "2026-11-01",
    "month": "2026-10",
    "period": "2026-10",
    "year": 2026,
    "as_of": "2026-10-01",
    "figure": "electricity",
}
Ids = Mapping[str, object]  # what stands for a parameter or field of that name


def deed(document: Mapping[str, Any], path: str, method: str, ids: Ids) -> Deed:
    """The smallest request that fits the schema of a route, with these ids wherever it takes one."""
    told = document["paths"][path][method]
    url, query = path, []
    for one in told.get("parameters", ()):
        name = one["name"]
        if one["in"] == "path":
            url = url.replace(f"{{{name}}}", str(ids.get(name) or _sample(document, one["schema"], ids)))
        elif one["in"] == "query" and (name in ids or one.get("required")):
            said = ids.get(name) or _known(name, one["schema"]) or _sample(document, one["schema"], ids)
            query += [(name, str(each)) for each in (said if isinstance(said, list) else [said])]
    body = told.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        said = _sample(document, body["application/json"]["schema"], ids)
        return Deed(method.upper(), url, tuple(query), json.dumps(said).encode())
    binary = b"x" if body else b""
    return Deed(method.upper(), url, tuple(query), binary, "application/octet-stream")


def _known(name: str, schema: Mapping[str, Any]) -> object:
    said = KNOWN.get(name)
    return f"{said}T00:00:00+08:00" if said and "date-time" in str(schema) else said


def _sample(document: Mapping[str, Any], schema: Mapping[str, Any], ids: Ids) -> Any:
    if "$ref" in schema:
        return _sample(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], ids)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _sample(document, schema[several][0], ids)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            fields, needed = schema.get("properties", {}), schema.get("required", ())
            names = [name for name in fields if name in needed or name in ids]
            return {name: ids.get(name) or _sample(document, fields[name], ids) for name in names}
        case "array":
            items = schema.get("prefixItems") or [schema["items"]] * schema.get("minItems", 0)
            return [_sample(document, one, ids) for one in items]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    return _text(schema)


def _text(schema: Mapping[str, Any]) -> str:
    known = {"date": "2026-11-20", "date-time": "2026-11-20T09:00:00+08:00"}
    examples = schema.get("examples")
    if examples:
        return str(examples[0])
    return known.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
