"""A new module to begin with: one entity with list, detail, form, import, export and audit."""

import re
from pathlib import Path

from civicwatt.modules.sizes import HOME
from civicwatt_protocols.errors import BadValue

NAME = re.compile(r"[a-z][a-z_]{1,30}")

MODELS = '''"""What the module keeps."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record


class {Class}(Record):
    """A record of an institution."""

    __tablename__ = "{name}"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("编号", "number", length=40)
    title: Mapped[str] = fields.text("名称", "title")
    amount: Mapped[int | None] = fields.money("金额", "amount")
    on_day: Mapped[date | None] = fields.day("日期", "day")
'''
ENTITIES = '''"""The entities of the module: who reads, who writes, what a list shows."""

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.{name}.models import {Class}

{CONSTANT} = Entity(
    key="{name}",
    path="{path}",
    model={Class},
    zh="示例记录",
    en="example",
    title="title",
    read=frozenset({{Role.LOGISTICS_MANAGER, Role.STAFF}}),
    write=frozenset({{Role.LOGISTICS_MANAGER}}),
    columns=("number", "title", "amount", "on_day"),
    filters=("on_day",),
    searched=("number", "title"),
    natural_key=("number",),
)
'''
MODULE = '''"""The manifest of the module."""

from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.modules.{name}.entities import {CONSTANT}

MODULE = Module(key="{name}", zh="示例", en="Example", entities=({CONSTANT},))
'''
TEXTS = {"models.py": MODELS, "entities.py": ENTITIES, "module.py": MODULE}
FIRST = '"""A new module: say here in one line what it is for."""\n'


def make(name: str, home: Path = HOME) -> list[Path]:
    """Write the files of a new module; returns them. Errors: BadValue."""
    folder = home / "modules" / name
    if not NAME.fullmatch(name) or folder.exists():
        raise BadValue("NAME", key="name", detail=f"{name!r} is no name for a new module")
    folder.mkdir(parents=True)
    said = {
        "name": name,
        "path": name.replace("_", "-") + "-records",
        "Class": name.title().replace("_", ""),
        "CONSTANT": name.upper(),
    }
    made = [folder / "__init__.py", *(folder / file for file in TEXTS)]
    for path in made:
        text = TEXTS.get(path.name)
        path.write_text(text.format(**said) if text else FIRST, "utf-8")
    return made
