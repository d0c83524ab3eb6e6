"""The device templates that come with CivicWatt: one TOML file a model, maker/model.toml.

schema.json is generated from the types, for editors (`make generate`); a test holds it current.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from civicwatt_protocols.errors import BadValue, UnknownTemplate
from civicwatt_protocols.template import DeviceTemplate, parse


@cache
def names() -> tuple[str, ...]:
    """The keys of all templates, sorted: "acrel/adw300", …."""
    makers = [maker for maker in files(__name__).iterdir() if maker.is_dir()]
    found = [f"{maker.name}/{file.name}" for maker in makers for file in maker.iterdir()]
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def text(name: str) -> str:
    """The TOML text of a template. Raises UnknownTemplate."""
    if name not in names():
        raise UnknownTemplate(name=name, known=", ".join(names()))
    return files(__name__).joinpath(f"{name}.toml").read_text("utf-8")


@cache
def load(name: str) -> DeviceTemplate:
    """A template by its key. Raises UnknownTemplate, TemplateError, ConfigError."""
    template = parse(text(name), f"{name}.toml")
    if template.key != name:
        raise BadValue(f"{name}.toml", key="key", detail=f"{template.key}, expected {name}")
    return template


def schema() -> dict[str, Any]:
    """The JSON Schema of a template file."""
    return msgspec.json.schema(DeviceTemplate)


def schema_text() -> str:
    """The text of schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
