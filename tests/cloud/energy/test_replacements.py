"""F19 on the pages: a person enters a form, the list shows it, the figure's lineage names it."""

from typing import Any

import pytest
from sqlalchemy import select, update

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.identity import Grant
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.points import Gateway

AT = "2026-01-05T04:30:00+08:00"  # 100.5 hours after the beginning


async def enter(city: Any, form: dict[str, Any]) -> Any:
    return await city.client.post("/api/v1/replacements", json=form)


async def swap(city: Any) -> dict[str, Any]:
    """甲空调 counts 1 kWh an hour to 100 h, is replaced, and begins again at 1 kWh."""
    city.write("A-H", [*range(101), *range(101, 201)], [*range(101), *(h - 99.5 for h in range(101, 201))])
    return {
        "point_id": city.points["A-H"],
        "old_final": "100.5",
        "new_initial": 1,
        "reason": "烧毁",
        "at": AT,
    }


async def test_a_persons_form_makes_the_figure_exact_and_shows_in_its_lineage(city: Any) -> None:
    form = await swap(city)
    key = f"institutions/{city.institutions['A']}/figures/electricity?period=2026"

    async def opened() -> dict[str, Any]:
        energy = (await city.get(key))["inputs"][0]
        return next(meter for meter in energy["meters"] if meter["device"] == "A-H")

    held = await opened()
    assert (held["total"], held["replacements"]) == ("199", [])
    answer = await enter(city, form)
    assert answer.status_code == 200, answer.text
    Ledger(city.app.state.database, city.app.state.store, city.app.state.zone).recompute_all()
    exact = await opened()
    assert exact["total"] == "200"
    assert exact["replacements"] == [
        {"form_number": "HB-2026-000001", "at": AT, "old_final": "100.5", "new_initial": "1"}
    ]
    assert (await enter(city, form)).json() == answer.json() | {"is_new": False}
    february = await city.get(key.replace("2026", "2026-02"))
    assert [meter["replacements"] for meter in february["inputs"][0]["meters"]] == [[], []]
    with city.app.state.database.reading() as session:
        deeds = session.scalars(select(Audit).where(Audit.what == "replacement_entered")).all()
    assert [deed.who.startswith("account/") for deed in deeds] == [True]


async def test_f19_a_step_that_waits_for_its_form_is_told_where_the_figure_comes_from(city: Any) -> None:
    form = await swap(city)
    key = f"institutions/{city.institutions['A']}/figures/electricity?period=2026"

    async def told() -> list[tuple[str, str]]:
        missing = (await city.get(key))["missing"]
        return [(one["what"], one["reason"]) for one in missing if "2026-01-05" in one["reason"]]

    fall = "2026-01-05 05:00 表码由 100 降到 1.5，此步未入账；如已换表，请登记换表单"
    assert await told() == [("甲空调", fall)]
    assert (await enter(city, form)).status_code == 200
    Ledger(city.app.state.database, city.app.state.store, city.app.state.zone).recompute_all()
    assert await told() == []


async def test_f19_a_form_that_later_readings_contradict_is_told_too(city: Any) -> None:
    city.write("A-H", [*range(50)], [*range(50)])
    early = {"point_id": city.points["A-H"], "old_final": "70.5", "new_initial": 1, "confirmed": True}
    assert (await enter(city, early | {"at": "2026-01-03T02:30:00+08:00"})).status_code == 200
    city.write("A-H", [*range(50, 70)], [*range(50, 70)])
    opened = await city.get(f"institutions/{city.institutions['A']}/figures/electricity?period=2026")
    reasons = [one["reason"] for one in opened["missing"] if "换表单" in one["reason"]]
    assert reasons == ["2026-01-03 02:30 的换表单（止码 70.5，起码 1）与读数不符，前后用量未入账"]
    meter = next(one for one in opened["inputs"][0]["meters"] if one["device"] == "A-H")
    assert meter["total"] == "68"  # all but the hour of the form


async def test_the_list_shows_who_entered_what_and_only_of_the_own_region(city: Any) -> None:
    await enter(city, await swap(city))
    [row] = (await city.get("replacements"))["replacements"]
    assert row["entered_by"].startswith("account/")
    assert row | {"entered_by": "", "entered_at": ""} == {
        "form_number": "HB-2026-000001",
        "point_id": city.points["A-H"],
        "gateway": "g",
        "device": "A-H",
        "name": "甲空调",
        "institution": "甲局",
        "measure_title": "正向有功电能",
        "measure_title_en": "imported active energy",
        "unit": "kWh",
        "at": AT,
        "old_final": "100.5",
        "new_initial": "1",
        "reason": "烧毁",
        "entered_by": "",
        "entered_at": "",
    }
    with city.app.state.database.session() as session:
        session.execute(update(Grant).values(region_code="429800"))
    assert (await city.get("replacements"))["replacements"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"old_final": "99"}, 422, "CW-G4101"),
        ({"new_initial": "2"}, 422, "CW-G4102"),
        ({"at": "2026-01-03T04:30:00+08:00"}, 422, "CW-G4103"),
        ({"at": None, "old_final": "99.5"}, 422, "CW-G4101"),
        ({"point_id": 999_999}, 404, "CW-A1006"),
        ({"sum": 1}, 422, "CW-A1008"),
    ],
)
async def test_a_form_that_cannot_be_is_refused(
    city: Any, change: dict[str, Any], status: int, code: str
) -> None:
    answer = await enter(city, await swap(city) | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await city.get("replacements"))["replacements"] == []


async def test_s07_a_meter_of_another_region_does_not_exist_for_a_form(city: Any) -> None:
    answer = await enter(city, await swap(city) | {"point_id": city.points["C-L"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "CW-A1006")


async def test_gateways_are_listed_with_what_their_devices_do_and_only_of_the_own_region(city: Any) -> None:
    with city.app.state.database.session() as session:
        session.execute(update(Gateway).values(division="429900", online=True, last_seen_us=0))
        session.add(Gateway(id="far", division="429800", online=True))
        session.add(Gateway(id="new", division="429900", online=False))
    city.write("B-L", [1468.33], [5000.0])
    listed = (await city.get("gateways"))["gateways"]
    assert [row["id"] for row in listed] == ["g", "new"]
    first = listed[0]
    assert (first["region"], first["online"], first["last_seen_at"]) == (
        "荆襄市",
        True,
        "1970-01-01T08:00:00+08:00",
    )
    assert (first["devices"], first["devices_answering"]) == (6, 5)
    assert (listed[1]["devices"], listed[1]["certificate_days"]) == (0, None)
