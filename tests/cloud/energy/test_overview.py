"""The overview: totals stand although children are missing, and unknown figures say why."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import event

ByKey = Callable[[list[dict[str, Any]]], dict[str, dict[str, Any]]]
HOURS = 61 * 24 + 12  # 2026-01-01 00:00 to 2026-03-03 12:00


async def test_figures_follow_from_ledger_factor_and_denominators(city: Any, by_key: ByKey) -> None:
    page = await city.get(f"institutions/{city.institutions['A']}?period=2026")
    figures = by_key(page["figures"])
    kwh = Decimal("1.5") * HOURS
    assert figures["electricity"]["value"] == str(kwh.normalize())
    assert Decimal(figures["energy"]["value"]) == kwh * Decimal("0.1229")
    assert Decimal(figures["energy_per_capita"]["value"]) == round(kwh * Decimal("0.1229") / 50, 6)
    assert Decimal(figures["energy_per_area"]["value"]) == round(kwh * Decimal("0.1229") / 1000, 6)
    assert Decimal(figures["water"]["value"]) == Decimal("0.25") * HOURS
    assert Decimal(figures["pv"]["value"]) == 2 * HOURS
    assert figures["energy_per_capita"]["unit"] == "kgce/人"


async def test_a_meter_that_never_answered_leaves_the_total_with_its_completeness(
    city: Any, by_key: ByKey
) -> None:
    page = await city.get(f"institutions/{city.institutions['A']}")
    electricity = by_key(page["figures"])["electricity"]
    assert electricity["value"] is not None
    assert electricity["completeness"] == 0.5
    assert by_key(page["figures"])["water"]["completeness"] == 1
    silent = next(meter for meter in page["meters"] if meter["device"] == "A-H")
    assert (silent["state"], silent["state_reason"], silent["completeness"]) == ("unknown", "从未应答", 0)
    assert (silent["counter"], silent["power_w"], silent["last_at"]) == (None, None, None)


async def test_no_head_count_no_figure_per_capita_and_the_reason(city: Any, by_key: ByKey) -> None:
    overview = await city.get("overview?period=2026")
    rows = {row["code"]: row for row in overview["institutions"]}
    per_capita = rows["B"]["figures"]["energy_per_capita"]
    assert per_capita["value"] is None
    assert per_capita["reason"] == {
        "code": "CW-N1001",
        "zh": "2026-01-01 起没有用能人数",
        "en": "no head count from 2026-01-01",
    }
    assert rows["B"]["figures"]["energy"]["value"] is not None
    assert rows["B"]["figures"]["water"]["reason"]["code"] == "CW-N1004"
    whole = by_key(overview["figures"])["energy_per_capita"]
    assert whole["value"] == rows["A"]["figures"]["energy_per_capita"]["value"]
    assert whole["reason"]["code"] == "CW-N1003"


async def test_the_region_is_the_sum_of_the_institutions_in_scope(city: Any, by_key: ByKey) -> None:
    overview = await city.get("overview?period=2026-02")
    assert overview["region"] == {"code": "429900", "name": "荆襄市"}
    assert overview["period"] == {
        "key": "2026-02",
        "title": "2026年2月",
        "title_en": "2026-02",
        "start": "2026-02-01",
        "end": "2026-03-01",
        "elapsed_days": 28,
    }
    assert [row["code"] for row in overview["institutions"]] == ["A", "B"]
    parts = sum(Decimal(row["figures"]["electricity"]["value"]) for row in overview["institutions"])
    whole = by_key(overview["figures"])["electricity"]
    assert Decimal(whole["value"]) == parts == Decimal("4.5") * 28 * 24
    assert whole["completeness"] == 0.6666
    assert overview["updated_at"] == "2026-03-03T12:20:00+08:00"


async def test_a_gap_is_interpolated_and_said(city: Any, by_key: ByKey) -> None:
    path = f"institutions/{city.institutions['A']}/figures/electricity?period=2026"
    assert (await city.get(path))["figure"]["estimated"] is False
    city.write("A-H", [0, 100], [7, 107])  # 100 kWh somewhere within 100 hours
    lineage = await city.get(path)
    assert lineage["figure"]["estimated"] is True
    shares = {m["device"]: m["estimated_share"] for m in lineage["inputs"][0]["meters"]}
    assert shares == {"A-L": 0, "A-H": 1}
    assert Decimal(lineage["figure"]["value"]) == Decimal("1.5") * HOURS + 100


async def test_years_without_any_reading_are_unknown(city: Any, by_key: ByKey) -> None:
    for key, days in (("2024", 366), ("2027", 0)):
        overview = await city.get(f"overview?period={key}")
        assert overview["period"]["elapsed_days"] == days
        assert by_key(overview["figures"])["electricity"]["value"] is None
        assert by_key(overview["figures"])["electricity"]["reason"]["code"] == "CW-N1005"


async def test_metering_that_began_within_the_year_is_said(city: Any, by_key: ByKey) -> None:
    assert by_key((await city.get("overview?period=2026"))["figures"])["electricity"]["reason"] is None
    with city.app.state.database.session() as session:
        from civicwatt_cloud.timeseries.points import Point  # noqa: PLC0415

        for point in session.query(Point).filter(Point.is_consumption):
            point.bound_from_us += 31 * 24 * 3_600_000_000
    figure = by_key((await city.get("overview?period=2026"))["figures"])["electricity"]
    assert figure["reason"] == {
        "code": "CW-N1006",
        "zh": "计量自 2026-02-01 起",
        "en": "metered since 2026-02-01",
    }


async def test_the_number_of_statements_does_not_grow_with_the_city(city: Any) -> None:
    counts = []
    for _ in range(3):  # jobs of the background ask the same database, but not each time
        statements: list[str] = []
        engine = city.app.state.database.engine
        listen = (engine, "before_cursor_execute", lambda *args, heard=statements: heard.append(args[2]))
        event.listen(*listen)
        await city.get("overview")
        event.remove(*listen)
        counts.append(sum(one.startswith("SELECT") for one in statements))
    assert min(counts) <= 14


async def test_the_overview_answers_fast(city: Any) -> None:
    await city.get("overview")
    times = []
    for _ in range(5):
        began = time.perf_counter()
        await city.get("overview")
        times.append(time.perf_counter() - began)
    assert min(times) < 0.1
