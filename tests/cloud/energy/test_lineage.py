"""A figure opened: formula, factor with clause, denominators with documents, meters, what is missing."""

from decimal import Decimal
from typing import Any

import pytest


async def lineage(city: Any, institution: str, key: str, period: str = "2026") -> dict[str, Any]:
    return await city.get(f"institutions/{city.institutions[institution]}/figures/{key}?period={period}")


async def test_energy_per_capita_shows_everything_it_is_made_of(city: Any) -> None:
    opened = await lineage(city, "A", "energy_per_capita")
    energy, factor, heads = opened["inputs"]
    assert factor["value"] == "0.1229"
    assert (factor["source"], factor["clause"], factor["status"]) == (
        "GB/T 2589-2020 综合能耗计算通则",
        "附录A",
        "seen",
    )
    assert heads["applied"] == "50"
    assert heads["rows"] == [
        {
            "subject": "",
            "value": "50",
            "valid_from": "2020-01-01",
            "valid_to": None,
            "source": "核定",
        }
    ]
    lighting = next(meter for meter in energy["meters"] if meter["device"] == "A-L")
    assert [month["month"] for month in lighting["months"]] == ["2026-01", "2026-02", "2026-03"]
    assert sum(Decimal(month["value"]) for month in lighting["months"]) == Decimal(lighting["total"])
    assert energy["total"] == lighting["total"] == "2214"
    assert opened["formula"]["expression"] == "2,214 kWh × 0.1229 kgce/kWh ÷ 50 人 = 5.442 kgce/人"
    assert opened["formula"]["expression_en"].endswith("÷ 50 people = 5.442 kgce/person")
    assert "水不计入综合能耗" in opened["formula"]["zh"]
    assert opened["missing"] == [
        {
            "what": "甲空调",
            "what_en": "甲空调",
            "reason": "完整率 0 %，从未应答",
            "reason_en": "0 % complete, never answered",
        }
    ]


async def test_a_sum_shows_its_terms_with_every_digit(city: Any) -> None:
    electricity = await lineage(city, "A", "electricity")
    assert electricity["formula"]["expression"] == "照明插座 2,214 + 空调 — = 2,214 kWh"
    city.write("A-H", [0, 100], [7, 107.000001])
    electricity = await lineage(city, "A", "electricity")
    assert electricity["formula"]["expression"] == "照明插座 2,214 + 空调 100.000001 = 2,314.000001 kWh"
    assert electricity["formula"]["expression_en"].startswith("Lighting and sockets 2,214 + Air conditioning")
    water = await lineage(city, "A", "water")
    assert water["formula"]["expression"] == "甲水表 369 m³"


@pytest.mark.parametrize(
    ("key", "inputs"),
    [
        ("electricity", ["energy"]),
        ("energy", ["energy", "factor"]),
        ("energy_per_area", ["energy", "factor", "denominator"]),
        ("electricity_per_area", ["energy", "denominator"]),
        ("water", ["energy"]),
        ("water_per_capita", ["energy", "denominator"]),
        ("pv", ["energy"]),
    ],
)
async def test_every_figure_opens_and_agrees_with_the_overview(
    city: Any, key: str, inputs: list[str]
) -> None:
    opened = await lineage(city, "A", key)
    assert [one["kind"] for one in opened["inputs"]] == inputs
    overview = await city.get("overview?period=2026")
    row = next(row for row in overview["institutions"] if row["code"] == "A")
    assert opened["figure"] == row["figures"][key]
    assert opened["figure"]["value"] is not None


async def test_an_unknown_figure_opens_with_what_is_missing(city: Any) -> None:
    opened = await lineage(city, "B", "energy_per_capita")
    assert opened["figure"]["value"] is None
    assert opened["missing"][0] == {
        "what": "用能人数",
        "what_en": "Head count",
        "reason": "2026-01-01 起没有用能人数",
        "reason_en": "no head count from 2026-01-01",
    }
    assert opened["formula"]["expression"] == "4,428 kWh × 0.1229 kgce/kWh ÷ — 人 = — kgce/人"
    assert opened["inputs"][2] == {
        "kind": "denominator",
        "title": "用能人数",
        "title_en": "Head count",
        "unit": "人",
        "rows": [],
        "applied": None,
    }
