"""Counters put into groups: by region, institution, building, carrier, end use, or any mixture of them.

Different carriers never add up, nor do generation and consumption: each group has one carrier and unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from civicwatt_cloud.modules.energy.query_schemas import Label, Labels
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.figures import counters as register
from civicwatt_cloud.timeseries.figures.counters import GENERATED, Choice, Named, NamedInstitution
from civicwatt_cloud.timeseries.figures.steps import Ints
from civicwatt_cloud.timeseries.figures.sums import Members

Dimension = Literal["region", "institution", "building", "carrier", "end_use"]
DIMENSIONS: tuple[Dimension, ...] = ("region", "institution", "building", "carrier", "end_use")
_CARRIERS = (Carrier.ELECTRICITY, GENERATED, *list(Carrier)[1:])  # generation beside electricity


@dataclass(frozen=True, slots=True)
class _Names:
    """One dimension: the key of each counter, and the labels of all keys in their order."""

    keys: Sequence[int] | Sequence[str]
    labels: Mapping[int, Label] | Mapping[str, Label]

    def ranks(self) -> Ints:
        """The place of each counter's key in that order."""
        places: dict[object, int] = {key: place for place, key in enumerate(self.labels)}
        return np.fromiter((places[key] for key in self.keys), np.int64, len(self.keys))

    def label(self, counter: int) -> Label:
        """The label of one counter."""
        return self.labels[self.keys[counter]]  # type: ignore[index] # both are of one kind


def grouped(view: View, choice: Choice, by: Iterable[Dimension]) -> tuple[Members, list[Labels]]:
    """The chosen counters, and their groups in the order of the register. Errors: NotFound."""
    found = register.counters(view.session, view.scope, choice)
    ids = register.ids(view.scope, choice)
    names = {one: _names(view, choice, one, found) for one in DIMENSIONS if one in {*by, "carrier"}}
    if not found.point.size:
        return Members(ids, found.point, found.bound_from_us, found.point, 0), []
    ranks = np.stack([one.ranks() for one in names.values()])
    _, first, group = np.unique(ranks, axis=1, return_index=True, return_inverse=True)
    groups = [
        Labels.model_validate(
            {one: of.label(place) for one, of in names.items()}
            | {"unit": register.titles(found.carrier[place])[2]}
        )
        for place in first.tolist()
    ]
    group = group.reshape(-1).astype(np.int64)
    own = slice(len(found.point) - len(found.sharing))
    parts = register.parts(found, group)
    return Members(ids, found.point[own], found.bound_from_us[own], group[own], len(first), parts), groups


def label_of(row: Named | NamedInstitution) -> Label:
    """A building or institution as tables name it."""
    return Label(id=row.id, key=row.code, title=row.name, title_en=None)


def _names(view: View, choice: Choice, of: Dimension, found: register.Counters) -> _Names:
    session, scope = view.session, view.scope
    if of == "carrier":
        return _Names(found.carrier, {str(key): _carrier(key) for key in _CARRIERS})
    if of == "end_use":
        uses = {str(use): Label(id=None, key=use, title=use.zh, title_en=use.en) for use in EndUse}
        return _Names(found.end_use, uses)
    if of == "building":
        return _Names(found.building.tolist(), _labels(register.buildings(session, scope, choice)))
    institutions = register.institutions(session, scope)
    if of == "institution":
        return _Names(found.institution.tolist(), _labels(institutions))
    names = register.regions(session)
    codes = [institutions[key].region_code for key in found.institution.tolist()]
    labels = {
        code: Label(id=None, key=code, title=names.get(code, code), title_en=None)
        for code in sorted(set(codes))
    }
    return _Names(codes, labels)


def _labels(rows: Mapping[int, Named] | Mapping[int, NamedInstitution]) -> dict[int, Label]:
    return {key: label_of(row) for key, row in rows.items()}


def _carrier(key: str) -> Label:
    zh, en, _ = register.titles(key)
    return Label(id=None, key=key, title=zh, title_en=en)
