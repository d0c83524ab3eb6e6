"""Reports: exact sums by any mixture of groups and any step, completeness, quality, files."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.modules.energy import reports
from civicwatt_cloud.modules.energy.query_schemas import Report
from civicwatt_cloud.timeseries.figures import sums
from civicwatt_cloud.timeseries.ledger.bills.importing import import_bills
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_protocols.quantity import format_micro

TWO_MONTHS = "from=2026-01-01&to=2026-03-01"
BILLS = """\
单位编码,楼栋编码,分项,户号,起始日期,截止日期（不含）,用量,单位,费用,单据号
B,,天然气,R-77,2026-01-01,2026-02-01,310,m³,1209.00,RQ-1
B,B-1,其他,D-77,2026-01-01,2026-02-01,744,kWh,483.60,DF-1
B,B-1,总表,D-99,2026-01-01,2026-02-01,99999,kWh,,DF-2
"""


def by(found: dict, *dimensions: str) -> dict[tuple[str, ...], dict]:
    return {tuple(one["labels"][name]["key"] for name in dimensions): one for one in found["groups"]}


async def test_months_by_end_use_and_carrier(city: Any) -> None:
    found = await city.get(f"reports/consumption?{TWO_MONTHS}&step=month&group_by=end_use")
    groups = by(found, "carrier", "end_use")
    assert list(groups) == [
        ("electricity", "lighting"),
        ("electricity", "hvac"),
        ("pv", "pv"),
        ("water", "water"),
    ]
    lighting = groups["electricity", "lighting"]
    assert lighting["values"] == ["3348", "3024"]
    assert (lighting["completeness"], lighting["quality"]) == ([1.0, 1.0], ["measured", "measured"])
    assert lighting["total"] == {"value": "6372", "completeness": 1.0, "shares": {"measured": 1.0}}
    # a meter that never answered blocks nothing and is no zero
    hvac = groups["electricity", "hvac"]
    assert (hvac["values"], hvac["completeness"], hvac["total"]["value"]) == ([None, None], [0.0, 0.0], None)
    assert hvac["quality"] == ["missing", "missing"]
    assert groups["water", "water"]["labels"]["unit"] == "m³"
    assert groups["pv", "pv"]["labels"]["carrier"]["title"] == "光伏发电"
    assert found["starts"] == ["2026-01-01T00:00:00+08:00", "2026-02-01T00:00:00+08:00"]


async def test_generation_is_not_consumption_and_regions_stay_apart(city: Any) -> None:
    found = await city.get(f"reports/consumption?{TWO_MONTHS}&step=month&group_by=region")
    assert list(by(found, "region", "carrier")) == [
        ("429900", "electricity"),
        ("429900", "pv"),
        ("429900", "water"),
    ]
    electricity = by(found, "carrier")["electricity",]
    assert electricity["values"] == ["3348", "3024"]
    assert electricity["total"]["completeness"] == 0.6666  # one of three meters is silent
    assert electricity["labels"]["region"]["title"] == "荆襄市"
    foreign = await city.client.get(
        f"/api/v1/reports/consumption?{TWO_MONTHS}&institution={city.institutions['C']}"
    )
    assert foreign.status_code == 404


async def test_every_step_and_mixture_adds_up_to_the_same(city: Any) -> None:
    city.write("A-H", [10, 1000.3, 1001.7, 1300], [0.000001, 777.123457, 777.2, 901.000003])
    totals = set()
    for step in ("hour", "day", "month", "year"):
        for by in ("", "&group_by=institution&group_by=end_use", "&group_by=building"):
            path = f"reports/consumption?from=2026-01-01&to=2027-01-01&carrier=electricity&step={step}{by}"
            found = await city.get(path)
            for group in found["groups"]:
                known = [Decimal(value) for value in group["values"] if value is not None]
                assert sum(known) == Decimal(group["total"]["value"])
            totals.add(sum(Decimal(group["total"]["value"]) for group in found["groups"]))
    assert totals == {Decimal("4.5") * (61 * 24 + 12) + Decimal("901.000002")}


async def test_quality_is_told_by_the_hour_also_for_months(city: Any) -> None:
    city.write("A-H", [0, 1, 169, 170, 170.25], [0, 1, 169, 170, 170])
    path = f"institution={city.institutions['A']}&end_use=hvac"
    found = await city.get(f"reports/consumption?{TWO_MONTHS}&step=month&{path}")
    (group,) = found["groups"]
    assert found["quality_from"] == "hour"
    assert group["shares"] == {"measured": [0.003, 0.0], "interpolated": [0.2258, 0.0]}  # of 744 hours
    assert group["quality"] == ["interpolated", "missing"]
    hours = await city.get(f"reports/consumption?from=2026-01-01&to=2026-01-09&step=hour&{path}")
    (group,) = hours["groups"]
    assert group["quality"][:2] == ["measured", "interpolated"]
    assert group["total"]["shares"] == {"measured": 0.0117, "interpolated": 0.875}


async def test_bills_stand_beside_meters_and_say_that_their_days_are_spread(
    city: Any, tmp_path: Path
) -> None:
    bills = tmp_path / "bills.csv"
    bills.write_text(BILLS, "utf-8")
    state = city.app.state
    with state.database.session() as session:
        assert import_bills(session, bills, state.zone).problems == []
    Ledger(state.database, state.store, state.zone).recompute_all()
    path = f"reports/consumption?{TWO_MONTHS}&step=month&institution={city.institutions['B']}"
    groups = by(await city.get(path), "carrier")
    gas, electricity = groups["natural_gas",], groups["electricity",]
    assert (gas["labels"]["unit"], gas["values"]) == ("m³", ["310", None])
    assert (gas["completeness"], gas["shares"]["interpolated"]) == ([1.0, 0.0], [1.0, 0.0])
    assert electricity["values"] == [str(744 * 3 + 744), "2016"]  # the meter and the bill, never the whole
    assert electricity["shares"] == {"measured": [0.5, 0.5], "interpolated": [0.5, 0.0]}
    whole = (await city.get(f"{path}&end_use=total"))["groups"]
    assert [group["values"] for group in whole] == [["99999", None]]


async def test_coarser_rows_tell_the_worst_when_there_are_too_many(
    city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.write("A-H", [0, 1, 6, 7, 24.25], [0, 1, 6, 7, 7])
    monkeypatch.setattr(sums, "_FINE_ROWS", 100)
    path = f"institution={city.institutions['A']}&end_use=hvac"
    found = await city.get(f"reports/consumption?{TWO_MONTHS}&step=month&{path}")
    assert found["quality_from"] == "day"
    assert set(found["groups"][0]["shares"]) == {"measured", "interpolated"}


async def test_the_running_month_is_complete_as_far_as_it_is_settled(city: Any) -> None:
    found = await city.get(
        f"reports/consumption?from=2026-03-01&to=2026-04-01&step=month&institution={city.institutions['B']}"
    )
    (group,) = found["groups"]
    assert (found["running"], group["completeness"], group["values"]) == (0, [1.0], ["180"])


async def test_windows_of_steps_give_the_same_report(city: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "reports/consumption?from=2026-01-01&to=2026-02-01&step=day&group_by=building"
    whole = await city.get(path)
    monkeypatch.setattr(reports, "WINDOW_CELLS", 17)
    assert await city.get(path) == whole


async def test_a_file_holds_the_same_figures_and_no_formula(
    city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with city.app.state.database.session() as session:
        session.execute(update(Institution).where(Institution.code == "A").values(name="=1+1"))
    path = (
        "reports/consumption?from=2026-01-01&to=2026-02-01&step=day&group_by=institution&carrier=electricity"
    )
    found = await city.get(path)
    figures = {
        (start, group["labels"]["institution"]["key"]): Decimal(value)
        for group in found["groups"]
        for start, value in zip(found["starts"], group["values"], strict=True)
    }
    monkeypatch.setattr(reports, "WINDOW_CELLS", 7)
    answer = await city.client.get(f"/api/v1/{path}&format=csv")
    assert unquote(answer.headers["content-disposition"]).endswith("用能报表 2026-01-01 2026-02-01.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    titles, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert titles[:3] == ["起始 start", "单位编码 institution code", "单位 institution"]
    assert {row[2] for row in rows} == {"'=1+1", "乙馆"}
    assert {(row[0], row[1]): Decimal(row[4]) for row in rows} == figures
    answer = await city.client.get(f"/api/v1/{path}&format=xlsx")
    titles, *cells = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows()
    assert {(row[2].data_type, row[4].data_type) for row in cells} == {("s", "n")}
    assert {row[2].value for row in cells} == {"=1+1", "乙馆"}
    assert {(row[0].value, row[1].value): Decimal(str(row[4].value)) for row in cells} == figures
    assert len(cells) == 2 * 31


async def test_what_cannot_be_reported_is_refused_with_a_code(city: Any) -> None:
    for query, code in (
        ("from=2026-01-15&to=2026-03-01&step=month", "CW-T1502"),
        ("from=2026-02-01&to=2027-01-01&step=year", "CW-T1502"),
        ("from=2026-02-01&to=2026-02-01&step=day", "CW-A1008"),
        ("from=2001-01-01&to=2090-01-01&step=year", "CW-A1008"),
        ("from=2026-02-01&to=2026-02-02&step=week", "CW-A1008"),
        ("from=2000-01-01&to=2050-01-01&step=hour&group_by=end_use", "CW-T1501"),
    ):
        answer = await city.client.get(f"/api/v1/reports/consumption?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, code), query


@given(micro=st.lists(st.integers(-(10**15), 10**15), max_size=20))
def test_columns_of_figures_read_like_single_ones(micro: list[int]) -> None:
    column = np.array(micro, np.int64)
    assert reports.texts(column, np.ones_like(column)) == [format_micro(one) for one in micro]
    assert reports.texts(column, np.zeros_like(column)) == [None] * len(micro)


async def test_the_documented_examples_are_reports() -> None:
    for example in Report.model_config["json_schema_extra"]["examples"]:  # type: ignore[index]
        Report.model_validate(example)
