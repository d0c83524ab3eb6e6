"""Indicators: value, basis, ranking, snapshot and drill-down are made of the same items."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from civicwatt_cloud.kit import problems
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.calendar_errors import NoPeriod
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Level, Region
from civicwatt_cloud.kit.identity import Actor, Granted
from civicwatt_cloud.kit.indicators import api, snapshots
from civicwatt_cloud.kit.indicators.figures import Figure, by_node, figure, nodes_above, ranked
from civicwatt_cloud.kit.indicators.snapshots import Snapshot
from civicwatt_cloud.kit.indicators.spec import Asked, Indicator, Item, Measured, Period
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role

ZONE = ZoneInfo("Asia/Shanghai")
READERS = frozenset({Role.SUPERVISOR})
FACTS = {1: ((41, 42), (79, 81)), 2: ((3, 4),), 3: ((6, 8),)}  # closed and found, by institution


def closed(asked: Asked) -> Measured:
    """Invented: what was closed of what was found."""
    owners = set(asked.session.scalars(asked.owners))
    items = [
        Item(owner, "finding", 10 * owner + n, *parts)
        for owner, several in FACTS.items()
        if owner in owners
        for n, parts in enumerate(several)
    ]
    if 3 in owners:
        items.append(Item(3, "finding", 99, missing_zh="未填报", missing="not reported"))
    return Measured(items, ("oversight.due@2026-01-01",))


RATE = Indicator(
    "oversight.closed", "整改率", "closed", "%", 2, READERS, closed, factor=100, is_better_high=True
)
COST = Indicator("fleet.cost_per_km", "单公里费用", "cost", "元/km", 2, READERS, closed, factor=10)


def of(indicator: Indicator, numerator: int, denominator: int) -> Decimal | None:
    return figure(indicator, [Item(1, "x", 1, numerator, denominator)]).value


def test_m09_3_closed_of_found() -> None:
    assert of(RATE, 120, 123) == Decimal("97.56")
    assert of(RATE, 119, 123) == Decimal("96.75")


def test_m09_5_answered_of_suggested() -> None:
    assert of(RATE, 203, 214) == Decimal("94.86")


def test_m03_7_fen_over_metres_is_yuan_over_kilometres() -> None:
    assert of(COST, 1_914_800, 16_500_000) == Decimal("1.16")


def test_nothing_to_divide_by_is_no_value_and_what_is_missing_is_counted() -> None:
    missing = Item(1, "x", 2, missing_zh="未填报", missing="not reported")
    assert figure(RATE, [missing]) == Figure(None, 0, 0, 0, 1)
    assert figure(RATE, [Item(1, "x", 1), missing]) == Figure(None, 0, 0, 1, 1)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99), st.integers(1, 99)), max_size=30))
def test_a_node_is_the_sum_of_what_lies_in_it(parts: list[tuple[int, int, int]]) -> None:
    items = [Item(owner, "x", n, *sums) for n, (owner, *sums) in enumerate(parts)]
    paths = {n: f"4299{n % 2:02}/U{n}/" for n in range(6)}
    nodes = by_node(items, {one: nodes_above(path) for one, path in paths.items()})
    for node, inside in nodes.items():
        own = [item for item in items if paths[item.owner_id].startswith(node)]
        assert figure(RATE, inside) == figure(RATE, own)


def test_the_nodes_above_an_institution() -> None:
    assert nodes_above("429901/U1/U%2F7/") == ["429901/U1/U%2F7/", "429901/U1/", "429901", "4299", "42", ""]
    assert nodes_above("/U1/") == ["/U1/", ""]


def test_equal_values_share_a_rank_and_the_next_one_counts_them() -> None:
    said = {"a": "97.5", "b": "99", "c": "97.5", "d": "80", "e": None}
    figures = {node: Figure(value and Decimal(value), 0, 0, 1, 0) for node, value in said.items()}
    assert [(one.rank, one.node) for one in ranked(RATE, figures)] == [
        (1, "b"),
        (2, "a"),
        (2, "c"),
        (4, "d"),
        (None, "e"),
    ]
    low = Indicator("x", "x", "x", "", 0, READERS, closed, is_better_high=False)
    assert [one.node for one in ranked(low, figures)] == ["d", "a", "c", "b", "e"]


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 10, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-10", date(2026, 10, 1), date(2026, 11, 1)),
    ],
)
def test_periods(label: str, start: date, end: date) -> None:
    assert Period.parse(label) == (label, start, end)


@pytest.mark.parametrize(
    "label", ["", "26", "2026-Q5", "2026-13", "2026-1", "0000", "9999", "２０２６", "2026-10 "]
)
def test_what_is_no_period_is_refused(label: str) -> None:
    with pytest.raises(NoPeriod):
        Period.parse(label)


def test_the_periods_that_ended_last() -> None:
    labels = {
        day: [one.label for one in Period.ended_before(day)]
        for day in (date(2026, 11, 6), date(2026, 10, 9), date(2027, 1, 8))
    }
    assert list(labels.values()) == [["2026-10"], ["2026-09", "2026-Q3"], ["2026-12", "2026-Q4", "2026"]]


@pytest.fixture
def city(db: Database) -> Database:
    """Two counties; U2 lies in the one, U1 and below it U3 in the other."""
    with db.session() as session:
        for code in ("429900", "429901", "429902"):
            session.add(Region(code=code, name=f"区划{code}"))
        session.flush()
        for number, path in ((1, "429901/U1/"), (2, "429902/U2/"), (3, "429901/U1/U3/")):
            facts = {"kind": "other", "level": "county", "region_code": path[:6], "path": path}
            session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **facts))
    return db


def on(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY_US


def test_figures_are_kept_once_on_the_sixth_working_day(city: Database) -> None:
    for day, count in (("2026-11-08", 0), ("2026-11-09", 8), ("2026-11-10", 8)):
        with city.session() as session:
            snapshots.take_due(Context(session, PLATFORM, ZONE, on(day)), [RATE])
            rows = session.scalars(select(Snapshot)).all()
        assert len(rows) == count
    values = {one.node: (one.value, one.counted, one.missing) for one in rows}
    assert (
        values
        == {
            "429901/U1/": ("96.18", 3, 1),  # 126 of 131
            "429901/U1/U3/": ("75.00", 1, 1),
            "429902/U2/": ("75.00", 1, 0),
            "429901": ("96.18", 3, 1),
            "429902": ("75.00", 1, 0),
            "4299": ("95.56", 4, 1),  # 129 of 135
            "42": ("95.56", 4, 1),
            "": ("95.56", 4, 1),
        }
        or values.keys() == set()
    )
    assert {one.period for one in rows} == {"2026-10"}


@pytest.mark.parametrize("deed", [update(Snapshot).values(value="1"), delete(Snapshot)])
def test_a_kept_figure_is_never_changed(city: Database, deed: object) -> None:
    with city.session() as session:
        snapshots.take(Context(session, PLATFORM, ZONE, 0), RATE, Period.parse("2026"))
    with pytest.raises(IntegrityError), city.session() as session:
        session.execute(deed)  # type: ignore[call-overload]


@pytest.fixture
async def client(city: Database) -> AsyncIterator[AsyncClient]:
    """The routes alone, for a supervisor of the first county."""
    app = FastAPI()
    problems.install(app)
    app.include_router(api.router)
    app.state.database, app.state.zone = city, ZONE
    app.state.clock = SimpleNamespace(now_us=lambda: on("2026-11-21"))
    app.state.modules = (SimpleNamespace(indicators=(RATE, COST)),)
    grant = Granted(Role.SUPERVISOR, "429901", Level.COUNTY, "东县")
    actor = Actor(1, "li", "李", (grant,))
    required = api.Reader.__metadata__[0].dependency  # type: ignore[attr-defined]
    app.dependency_overrides[required] = lambda: actor
    async with AsyncClient(transport=ASGITransport(app), base_url="http://cloud") as opened:
        yield opened


async def test_figures_in_scope_with_their_basis_and_what_was_kept(
    client: AsyncClient, city: Database
) -> None:
    with city.session() as session:
        snapshots.take(Context(session, PLATFORM, ZONE, on("2026-11-09")), RATE, Period.parse("2026-10"))
    rate, cost = (await client.get("/api/v1/indicators?period=2026-10")).json()
    basis = {"numerator": 126, "denominator": 131, "counted": 3, "missing": 1}
    basis |= {"rules": ["oversight.due@2026-01-01"]}
    assert (rate["value"], rate["basis"], cost["kept"]) == ("96.18", basis, None)
    assert (rate["over"]["zh"], rate["under"]["factor"], rate["digits"]) == ("分子", "1", 2)
    assert rate["kept"] == {"value": "96.18", "basis": basis, "at": "2026-11-09T08:00:00+08:00"}
    below = (await client.get("/api/v1/indicators?period=2026-10&institution_id=3")).json()
    assert below[0]["value"] == "75.00"


async def test_a_ranking_and_the_items_beneath(client: AsyncClient) -> None:
    ranking = (await client.get("/api/v1/indicators/oversight.closed/ranking?period=2026-10")).json()
    assert [(one["rank"], one["name"], one["value"]) for one in ranking] == [
        (1, "单位1", "97.56"),
        (2, "单位3", "75.00"),
    ]
    regions = (await client.get("/api/v1/indicators/oversight.closed/ranking?period=2026&by=region")).json()
    assert [(one["key"], one["name"], one["value"]) for one in regions] == [("429901", "区划429901", "96.18")]
    items = (
        await client.get("/api/v1/indicators/oversight.closed/items?period=2026-10&limit=2&offset=2")
    ).json()
    assert items["total"] == 4
    assert [one["record_id"] for one in items["rows"]] == [30, 99]
    assert items["rows"][1]["missing_zh"] == "未填报"


async def test_out_of_scope_is_not_there(client: AsyncClient) -> None:
    for path, status in (
        ("indicators?period=2026-10&institution_id=2", 404),
        ("indicators/oversight.closed/items?period=2026-10&institution_id=2", 404),
        ("indicators/oversight.closed/ranking?period=2026-10&institution_id=2", 404),
        ("indicators/other/items?period=2026-10", 404),
        ("indicators?period=2026-13", 422),
        ("indicators?period=2026&more=1", 422),
        ("indicators/oversight.closed/items?period=2026&limit=501", 422),
    ):
        assert (await client.get(f"/api/v1/{path}")).status_code == status, path
