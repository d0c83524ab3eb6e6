"""A request that a route of the OpenAPI document takes: every required parameter and field is given."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Deed(NamedTuple):
    """The arguments of a client's request."""

    method: str
    url: str
    params: dict[str, Any] | None = None
    json: Any = None
    content: bytes | None = None


def deed(document: Mapping[str, Any], path: str, method: str, ids: Mapping[str, int]) -> Deed:
    """The smallest request that fits the schema of a route."""
    told = document["paths"][path][method]
    url, params = path, {}
    for one in told.get("parameters", ()):
        value = ids.get(one["name"]) or _sample(document, one["schema"])
        if one["in"] == "path":
            url = url.replace(f"{{{one['name']}}}", str(value))
        elif one["in"] == "query" and one.get("required"):
            params[one["name"]] = value
    body = told.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        return Deed(method.upper(), url, params, json=_sample(document, body["application/json"]["schema"]))
    return Deed(method.upper(), url, params, content=b"x" if body else None)


def _sample(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _sample(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _sample(document, schema[several][0])
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {name: _sample(document, properties[name]) for name in schema.get("required", ())}
        case "array":
            return [_sample(document, schema["items"])] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    return {"date": "2026-11-20", "date-time": "2026-11-20T09:00:00+08:00"}.get(
        schema.get("format", ""), "x" * max(1, schema.get("minLength", 1))
    )
