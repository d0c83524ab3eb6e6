"""What the forms of steps have in common: fields of the record, asked for and kept."""

from collections.abc import Mapping
from typing import Any

from civicwatt_cloud.kit.records.fields import Field
from civicwatt_cloud.kit.workflow.spec import Step


def filled(fields: Mapping[str, Field], *names: str) -> dict[str, Any]:
    """The form of a transition that asks for all of some fields of the record."""
    return {"form": {name: fields[name] for name in names}, "required": frozenset(names)}


def keep_form(step: Step) -> None:
    """An effect: what the form says is the record's."""
    for name, value in step.said.items():
        setattr(step.record, name, value)
