"""A region's figure opened: what each institution adds, what is left out, how it agrees with the overview."""

from decimal import Decimal
from typing import Any

import pytest

KEYS = [
    "electricity",
    "energy",
    "energy_per_capita",
    "energy_per_area",
    "electricity_per_area",
    "water",
    "water_per_capita",
    "pv",
]


@pytest.mark.parametrize("key", KEYS)
async def test_the_regions_figure_is_that_of_the_overview(city: Any, key: str) -> None:
    opened = await city.get(f"figures/{key}?period=2026")
    overview = await city.get("overview?period=2026")
    assert opened["figure"] == next(one for one in overview["figures"] if one["key"] == key)
    assert [one["figure"] for one in opened["institutions"]] == [
        row["figures"][key] for row in overview["institutions"]
    ]


@pytest.mark.parametrize("key", KEYS)
async def test_the_counted_institutions_add_up_to_the_sums(city: Any, key: str) -> None:
    opened = await city.get(f"figures/{key}?period=2026")
    counted = [one for one in opened["institutions"] if one["counted"]]
    assert counted
    amounts = sum(Decimal(one["amount"]) for one in counted)
    assert amounts == Decimal(opened["amount"]["total"])
    if opened["denominator"]:
        persons_or_m2 = sum(Decimal(one["denominator"]) for one in counted)
        assert persons_or_m2 == Decimal(opened["denominator"]["total"])
        assert Decimal(opened["figure"]["value"]) == round(amounts / persons_or_m2, 6)


async def test_an_institution_without_head_count_is_in_neither_sum_and_said(city: Any) -> None:
    opened = await city.get("figures/energy_per_capita?period=2026")
    assert [(one["name"], one["counted"]) for one in opened["institutions"]] == [
        ("甲局", True),
        ("乙馆", False),
    ]
    assert opened["formula"]["expression"] == "272.1006 kgce ÷ 50 人 = 5.442 kgce/人"
    assert "两边都不计入" in opened["formula"]["zh"]
    assert [(one["what"], one["reason"]) for one in opened["missing"]] == [
        ("单位", "2 家单位中 1 家未计入（如：2026-01-01 起没有用能人数）"),
        ("甲局", "完整率 50 %"),
        ("乙馆", "2026-01-01 起没有用能人数"),
    ]


async def test_sums_name_their_terms(city: Any) -> None:
    electricity = await city.get("figures/electricity?period=2026")
    assert electricity["formula"]["expression"] == "照明插座 6,642 + 空调 — = 6,642 kWh"
    water = await city.get("figures/water?period=2026")
    assert water["formula"]["expression"] == "党政机关 369 + 场馆 — = 369 m³"
    assert water["formula"]["expression_en"] == "Government 369 + Venue — = 369 m³"
    pv = await city.get("figures/pv?period=2026")
    assert [one["what"] for one in pv["missing"]] == []  # having no PV is no lack


async def test_other_regions_stay_out(city: Any) -> None:
    opened = await city.get("figures/electricity?period=2026")
    assert {one["id"] for one in opened["institutions"]} == {city.institutions["A"], city.institutions["B"]}


async def test_a_region_without_readings_opens_too(city: Any) -> None:
    opened = await city.get("figures/energy_per_area?period=2024")
    assert opened["figure"]["value"] is None
    assert opened["figure"]["reason"]["code"] == "CW-N1005"
    assert opened["amount"]["total"] is None
    assert [one["what"] for one in opened["missing"]] == ["读数"]  # said once, not for each institution
