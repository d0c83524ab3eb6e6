"""A shared building by dated shares: every page tells the same parts, and they add up to the whole."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from cloud.energy.conftest import NOW_US, City
from sqlalchemy import update

from civicwatt_cloud.kit import events, organisation
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import Actor, Grant
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.timeseries.ledger.shares.importing import import_shares

SHARES = """\
楼栋编码,单位编码,份额（%）,起始日期,依据
A-1,A,66.6667,2026-02-01,合署办公协议
A-1,B,33.3333,2026-02-01,合署办公协议
"""
Figures = Callable[[list[dict]], dict[str, dict]]


@pytest.fixture
def shared(city: City, tmp_path: Path) -> City:
    """The city with A's building shared by A and B from February on."""
    (tmp_path / "shares.csv").write_text(SHARES, "utf-8")
    with city.app.state.database.session() as session:
        report = import_shares(session, tmp_path / "shares.csv")
        assert (report.problems, report.added) == ([], 2)
    return city


async def _figures(city: City, code: str, period: str, by_key: Figures) -> dict[str, dict]:
    return by_key((await city.get(f"institutions/{city.institutions[code]}?period={period}"))["figures"])


async def test_each_institution_has_its_part_and_the_region_the_whole(shared: City, by_key: Figures) -> None:
    before = {code: await _figures(shared, code, "2026-01", by_key) for code in "AB"}
    assert before["A"]["electricity"]["value"] == "1116"
    assert before["B"]["electricity"]["value"] == "2232"
    after = {code: await _figures(shared, code, "2026-02", by_key) for code in "AB"}
    assert after["A"]["electricity"]["value"] == "672.000336"
    assert after["B"]["electricity"]["value"] == "2351.999664"
    assert after["B"]["water"]["value"] == "55.999944"
    assert after["A"]["water"]["completeness"] == after["B"]["water"]["completeness"] == 1.0
    overview = await shared.get("overview?period=2026-02")
    assert by_key(overview["figures"])["electricity"]["value"] == "3024"
    rows = {row["code"]: row["figures"]["electricity"]["value"] for row in overview["institutions"]}
    assert rows == {"A": "672.000336", "B": "2351.999664"}
    assert {row["code"]: row["meters_total"] for row in overview["institutions"]} == {"A": 4, "B": 1}


async def test_the_area_goes_by_the_same_shares(shared: City, by_key: Figures) -> None:
    figure = (await _figures(shared, "B", "2026-02", by_key))["electricity_per_area"]
    assert Decimal(figure["value"]) == round(Decimal("2351.999664") / Decimal("2333.33"), 6)
    page = await shared.get(f"institutions/{shared.institutions['B']}")
    assert {one["code"]: one["floor_area"] for one in page["institution"]["buildings"]} == {
        "A-1": "333.33",
        "B-1": "2000",
    }
    rankings = await shared.get("rankings?figure=electricity_per_area&period=2026-02&floor=0")
    ranked = {row["institution"]["key"]: row["value"] for row in rankings["rankings"][0]["ranked"]}
    assert ranked["B"] == figure["value"]
    path = f"institutions/{shared.institutions['B']}/figures/electricity_per_area?period=2026-02"
    (area,) = (one for one in (await shared.get(path))["inputs"] if one["kind"] == "denominator")
    assert [(row["subject"], row["value"], row["source"]) for row in area["rows"]] == [
        ("主楼", "333.33", "产权证；分摊 33.3333 %（合署办公协议）"),
        ("馆舍", "2000", "产权证"),
    ]


@pytest.mark.parametrize("step", ["hour", "day", "month"])
async def test_reports_add_up_by_institution_and_by_building(shared: City, step: str) -> None:
    asked = f"reports/consumption?from=2026-01-01&to=2026-03-01&carrier=electricity&step={step}"
    by_institution = await shared.get(f"{asked}&group_by=institution")
    parts = {group["labels"]["institution"]["key"]: group for group in by_institution["groups"]}
    assert parts["A"]["total"]["value"] == "1788.000336"
    assert parts["B"]["total"]["value"] == "4583.999664"
    by_building = await shared.get(f"{asked}&group_by=building")
    wholes = {group["labels"]["building"]["key"]: group for group in by_building["groups"]}
    assert wholes["A-1"]["total"]["value"] == "2124"
    for column in range(len(by_building["starts"])):
        told = [
            sum(Decimal(group["values"][column]) for group in groups.values()) for groups in (parts, wholes)
        ]
        assert told[0] == told[1]


async def test_a_sharer_sees_its_part_of_a_building_of_another_institution_only(shared: City) -> None:
    asked = "reports/consumption?from=2026-02-01&to=2026-03-01&step=month&carrier=water&group_by=building"
    report = await shared.get(f"{asked}&institution={shared.institutions['B']}")
    assert [(one["labels"]["building"]["key"], one["total"]["value"]) for one in report["groups"]] == [
        ("A-1", "55.999944")
    ]
    with shared.app.state.database.session() as session:
        session.execute(update(Grant).values(region_code="429800"))
    assert (await shared.get(asked))["groups"] == []


async def test_ranking_and_comparison_use_the_shares(shared: City) -> None:
    rankings = await shared.get("rankings?figure=electricity&period=2026-02&floor=0")
    ranked = {row["institution"]["key"]: row["value"] for row in rankings["rankings"][0]["ranked"]}
    assert ranked == {"A": "672.000336", "B": "2351.999664"}
    compared = await shared.get(
        "comparisons/consumption?period=2026-02&carrier=electricity&group_by=institution"
    )
    rows = {one["labels"]["institution"]["key"]: one for one in compared["groups"]}
    assert rows["B"]["value"] == "2351.999664"
    assert rows["B"]["period_before"]["value"] == "2232"
    assert rows["A"]["period_before"]["value"] == "1116"


async def test_the_sheet_of_a_figure_says_the_share_and_its_document(shared: City) -> None:
    sheet = await shared.get(f"institutions/{shared.institutions['B']}/figures/water?period=2026")
    (energy,) = (one for one in sheet["inputs"] if one["kind"] == "energy")
    (meter,) = energy["meters"]
    assert (meter["name"], meter["building"]) == ("甲水表", "主楼")
    assert meter["shares"] == [
        {"percent": "33.3333", "valid_from": "2026-02-01", "valid_to": None, "document": "合署办公协议"}
    ]
    assert [(one["month"], one["value"]) for one in meter["months"]][:2] == [
        ("2026-01", None),
        ("2026-02", "55.999944"),
    ]
    sheet = await shared.get("figures/water?period=2026-02")
    parts = {one["name"]: one["amount"] for one in sheet["institutions"]}
    assert parts == {"甲局": "112.000056", "乙馆": "55.999944"}
    readings = await shared.client.get(f"/api/v1/points/{meter['point_id']}/readings?date=2026-02-05")
    assert readings.status_code == 200


async def test_both_databases_tell_the_same_parts(cities: list[City], tmp_path: Path) -> None:
    (tmp_path / "shares.csv").write_text(SHARES, "utf-8")
    told = []
    for city in cities:
        with city.app.state.database.session() as session:
            assert import_shares(session, tmp_path / "shares.csv").problems == []
        span = "from=2026-01-01&to=2026-03-01&step=day&group_by=institution"
        report = await city.get(f"reports/consumption?{span}")
        rankings = await city.get("rankings?figure=electricity_per_area&period=2026&floor=0")
        assert (await city.get("corrections")) == {"corrections": []}
        told.append((report["groups"], rankings["rankings"]))
    assert told[0] == told[1]


async def test_m01_1_after_a_merger_energy_and_area_are_the_successors_from_the_day_on(
    shared: City, by_key: Figures
) -> None:
    """A, which has two thirds of A-1, is merged into B in the middle of February."""
    state, ids = shared.app.state, shared.institutions
    with state.database.session() as session:
        clerk = Actor(None, "clerk", "经办")
        source, into = (session.get_one(Institution, ids[code]) for code in "AB")
        organisation.merge(session, source, into, date(2026, 2, 15), "荆编〔2026〕1号")
        context = Context(session, clerk, state.zone, NOW_US)
        events.tell(context, "org_change.take_effect", {"id": 1, "owner_id": source.id})
    figures = {code: (await _figures(shared, code, "2026-02", by_key))["electricity"] for code in "AB"}
    assert {code: one["value"] for code, one in figures.items()} == {"A": "336.000168", "B": "2687.999832"}
    figures = {code: (await _figures(shared, code, "2026-03", by_key))["electricity"] for code in "AB"}
    assert figures["A"]["value"] in {None, "0"}
    overview = by_key((await shared.get("overview?period=2026-03"))["figures"])["electricity"]
    assert figures["B"]["value"] == overview["value"]
    page = await shared.get(f"institutions/{ids['B']}")
    assert {one["code"]: one["floor_area"] for one in page["institution"]["buildings"]} == {
        "A-1": "1000",
        "B-1": "2000",
    }
