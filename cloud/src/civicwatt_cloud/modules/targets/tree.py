"""The nodes of a plan's region, 省–市–县–单位, and which institutions lie below each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.kit.directory import Institution, Region, level_of, region_of, region_prefix
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.timeseries.figures.steps import Ints


class Node(NamedTuple):
    """A region or an institution with all below it; `key` is its place in the tree of scopes."""

    key: str
    parent: str
    code: str
    name: str
    institution_id: int | None
    kind: str
    level: str


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The nodes, parents before children, and the pairs (node, institution below it)."""

    nodes: Sequence[Node]
    institutions: Sequence[Institution]  # by id
    node: Ints
    member: Ints

    def sums(self, values: Numbers) -> Numbers:
        """Σ over the institutions below each node; values: one row an institution."""
        total = np.zeros((len(self.nodes), *values.shape[1:]))
        np.add.at(total, self.node, values[self.member])
        return total


def tree(session: Session, region: str) -> Tree:
    """The tree of a division."""
    root = region_prefix(region)
    names = {one.code: one.name for one in session.scalars(select(Region))}
    scope = scope_of_region(region)
    rows = session.scalars(select(Institution).where(scope.visible()).order_by(Institution.id)).all()
    by_path = {one.path: one for one in rows}
    found: dict[str, Node] = {root: _region(root, "", names)}
    pairs: list[tuple[str, int]] = []
    for member, one in enumerate(rows):
        parent = root
        for key in above(one.path, root):
            if key not in found:
                found[key] = _institution(by_path[key], parent) if "/" in key else _region(key, parent, names)
            pairs.append((key, member))
            parent = key
    places = {key: place for place, key in enumerate(found)}
    return Tree(
        list(found.values()),
        rows,
        np.array([places[key] for key, _ in pairs], np.int64),
        np.array([member for _, member in pairs], np.int64),
    )


def above(path: str, root: str) -> Iterable[str]:
    """The nodes from the root down: `429901/U1/U7/` → 4299, 429901, 429901/U1/, 429901/U1/U7/."""
    head, *codes = path.rstrip("/").split("/")
    for length in (0, 2, 4, 6):
        if len(root) <= length <= len(head):
            yield head[:length]
    key = f"{head}/"
    for code in codes:
        key = f"{key}{code}/"
        yield key


def _region(key: str, parent: str, names: dict[str, str]) -> Node:
    code = region_of(key)
    return Node(key, parent, code, names.get(code, code), None, "", level_of(code).value)


def _institution(one: Institution, parent: str) -> Node:
    return Node(one.path, parent, one.code, one.name, one.id, one.kind, one.level)
