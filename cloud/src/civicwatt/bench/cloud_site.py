"""A site of any size in a real database: institutions, a building each, counters, booked consumption."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import InstitutionKind, below
from civicwatt_cloud.timeseries.carriers import EndUse

Ints = NDArray[np.int64]
SEED = 7
DIVISION = "429900"
REGIONS = 20
KINDS = tuple(InstitutionKind)
MEASURES = {EndUse.WATER: "water_volume", EndUse.PV: "generated_active_energy"}
_ROWS_AT_ONCE = 200_000


@dataclass(frozen=True)
class Site:
    """How many institutions, and the end use of each counter of one."""

    institutions: int
    end_uses: tuple[EndUse, ...]

    @property
    def counters(self) -> int:
        """All counters; their ids are 1 to this."""
        return self.institutions * len(self.end_uses)


def lay_out(folder: Path, site: Site) -> Database:
    """The database with its register; the same for the same site."""
    database = Database.at(folder / "civicwatt.sqlite")
    database.upgrade()
    with database.session() as session:
        _register(session, site)
        _counters(session, site)
    return database


def book(session: Session, table: str, point: Ints, columns: dict[str, Ints]) -> None:
    """Write rows of the ledger, by point and period, measured and whole."""
    names = ("point_id", *columns)
    for start in range(0, len(point), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        rows = zip(*(column[part].tolist() for column in (point, *columns.values())), strict=True)
        insert_rows(session.connection(), table, names, list(rows))


def _register(session: Session, site: Site) -> None:
    rng = np.random.default_rng(SEED)
    numbers = range(1, site.institutions + 1)
    heads = rng.integers(5, 2000, site.institutions).tolist()
    areas = rng.integers(20_000, 5_000_000, site.institutions).tolist()  # 0.01 m²
    changed = rng.random(site.institutions) < 0.3  # of these the head count changes within the year
    unknown = rng.random(site.institutions) < 0.02  # of these it is not known
    first, middle = date(2020, 1, 1), date(2025, 7, 1)
    dated: list[tuple[object, ...]] = [
        ("floor_area", i, areas[i - 1], first, None, "产权证") for i in numbers
    ]
    for i in numbers:
        if changed[i - 1]:
            dated.append(("head_count", i, heads[i - 1] + 3, middle, None, "核定"))
        if not unknown[i - 1]:
            dated.append(("head_count", i, heads[i - 1], first, middle if changed[i - 1] else None, "核定"))
    region = [f"4299{i % REGIONS + 1:02}" for i in numbers]
    _insert(
        session, "region", "code name", [(code, f"县区{code}") for code in (DIVISION, *sorted(set(region)))]
    )
    _insert(
        session,
        "institution",
        "id code name kind level region_code path",
        [
            (i, f"U{i:06}", f"单位{i}", KINDS[i % len(KINDS)], "county", code, below(code, f"U{i:06}"))
            for i, code in enumerate(region, 1)
        ],
    )
    _insert(
        session, "building", "id code name institution_id", [(i, f"B{i:06}", f"楼{i}", i) for i in numbers]
    )
    _insert(session, "denominator", "kind subject_id value valid_from valid_to source", dated)


def _counters(session: Session, site: Site) -> None:
    _insert(session, "gateway", "id online", [("gw-01", False)])
    columns = (
        "id gateway device measure is_counter title building_id end_use carrier bound_from_us is_consumption"
    )
    for start in range(1, site.counters + 1, _ROWS_AT_ONCE):
        end = min(start + _ROWS_AT_ONCE, site.counters + 1)
        _insert(session, "point", columns, [_point(number, site.end_uses) for number in range(start, end)])


def _point(number: int, end_uses: Sequence[EndUse]) -> tuple[object, ...]:
    use = end_uses[(number - 1) % len(end_uses)]
    measure, building = MEASURES.get(use, "import_active_energy"), (number - 1) // len(end_uses) + 1
    bound = (f"表{number}", building, use, use.carrier, 0, True)
    return number, "gw-01", f"M{number:07}", measure, True, *bound


def _insert(session: Session, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    def plain(value: object) -> object:
        return (
            value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, str) else value
        )

    insert_rows(session.connection(), table, columns.split(), [tuple(map(plain, row)) for row in rows])
