"""The device templates: one TOML file a model, maker/model.toml, and those that a user has added.

schema.json is generated from the types, for editors (`make generate`); a test holds it current.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from civicwatt_protocols.errors import BadValue, UnknownTemplate
from civicwatt_protocols.template import DeviceTemplate, parse

_own: dict[str, DeviceTemplate] = {}  # of this process's user, by key


def add(template: DeviceTemplate, where: str) -> None:
    """Know a template of the user's own from now on, in the place of a former one with its key.

    Raises BadValue for a key that ships: a meter's registers must not depend on the machine.
    """
    if template.key in shipped():
        raise BadValue(where, key="key", detail=f"{template.key} is a template that ships; take another key")
    _own[template.key] = template


def names() -> tuple[str, ...]:
    """The keys of all templates, sorted: "acrel/adw300", …."""
    return tuple(sorted({*shipped(), *_own}))


@cache
def shipped() -> tuple[str, ...]:
    """The keys of those that come with CivicWatt, sorted."""
    makers = [maker for maker in files(__name__).iterdir() if maker.is_dir()]
    found = [f"{maker.name}/{file.name}" for maker in makers for file in maker.iterdir()]
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def text(name: str) -> str:
    """The TOML text of a template that ships. Raises UnknownTemplate."""
    if name not in shipped():
        raise UnknownTemplate(name=name, known=", ".join(names()))
    return files(__name__).joinpath(f"{name}.toml").read_text("utf-8")


def load(name: str) -> DeviceTemplate:
    """A template by its key. Raises UnknownTemplate, TemplateError, ConfigError."""
    return _own.get(name) or _shipped(name)


@cache
def _shipped(name: str) -> DeviceTemplate:
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
