"""综合能耗 and CO2 over all carriers: figure, lineage, ranking and columns tell the same."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cloud.energy.conftest import BEGAN_US, NOW_US, City

from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures.amounts import amounts
from civicwatt_cloud.timeseries.figures.periods import period
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_cloud.timeseries.ledger.bills.importing import import_bills
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger

BILLS = """\
单位编码,楼栋编码,分项,户号,起始日期,截止日期（不含）,用量,单位,费用,单据号
B,,天然气,R-77,2026-01-01,2026-02-01,310,m³,1209.00,RQ-1
B,,汽油（车辆用油）,Y-77,2026-01-01,2026-02-01,100,L,800.00,YQ-1
"""
KWH = Decimal(744 * 3)  # the meter of B in January
KGCE = KWH * Decimal("0.1229") + 310 * Decimal("1.33") + 100 * Decimal("0.725") * Decimal("1.4714")
KGCO2 = KWH * Decimal("0.4044") + 310 * Decimal("2.1622") + 100 * Decimal("0.725") * Decimal("2.9251")


@pytest.fixture
def fuelled(city: City, tmp_path: Path) -> City:
    """The city where B, of 2,000 m², also burns gas and fills its cars."""
    state = city.app.state
    (tmp_path / "bills.csv").write_text(BILLS, "utf-8")
    with state.database.session() as session:
        assert import_bills(session, tmp_path / "bills.csv", state.zone).problems == []
    Ledger(state.database, state.store, state.zone).recompute_all()
    return city


async def test_all_carriers_are_in_the_figure_and_in_its_lineage(fuelled: City, by_key: Any) -> None:
    page = f"institutions/{fuelled.institutions['B']}"
    figures = by_key((await fuelled.get(f"{page}?period=2026-01"))["figures"])
    assert Decimal(figures["energy"]["value"]) == KGCE
    assert Decimal(figures["carbon"]["value"]) == KGCO2
    assert Decimal(figures["carbon_per_area"]["value"]) == round(KGCO2 / 2000, 6)
    lineage = await fuelled.get(f"{page}/figures/energy_per_area?period=2026-01")
    assert lineage["formula"]["expression"] == (
        "（2,232 kWh × 0.1229 kgce/kWh + 310 m³ × 1.33 kgce/m³ + 100 L × 1.066765 kgce/L）"
        " ÷ 2,000 m² = 0.3966 kgce/m²"
    )
    kinds = [(one["kind"], one.get("title")) for one in lineage["inputs"]]
    assert [title for kind, title in kinds if kind == "energy"] == ["用电量", "天然气", "汽油"]
    assert [one["id"] for one in lineage["inputs"] if one["kind"] == "factor"] == [
        "coal.electricity",
        "coal.natural_gas",
        "coal.gasoline",
        "density.gasoline",
    ]


async def test_region_and_ranking_tell_the_same(fuelled: City, by_key: Any) -> None:
    found = await fuelled.get("rankings?period=2026-01&figure=energy&figure=carbon_per_area&floor=0")
    energy, carbon = (
        {row["institution"]["key"]: Decimal(row["value"]) for row in one["ranked"]}
        for one in found["rankings"]
    )
    assert (energy["B"], carbon["B"]) == (KGCE, round(KGCO2 / 2000, 6))
    overview = await fuelled.get("overview?period=2026-01")
    assert Decimal(by_key(overview["figures"])["energy"]["value"]) == energy["A"] + energy["B"]
    region = await fuelled.get("figures/carbon?period=2026-01")
    assert {one["id"] for one in region["factors"]} >= {"carbon.electricity", "carbon.natural_gas"}


async def test_amounts_in_columns_are_those_of_the_figures(fuelled: City, by_key: Any) -> None:
    state = fuelled.app.state
    january = period("2026-01", NOW_US, state.zone)
    with state.database.reading() as session:
        view = View(session, scope_of_region("429900"), state.rules, state.zone, NOW_US)
        found = amounts(view, january.start, january.end)
    told = {
        (int(found.institution[at]), use): int(found.micro[at])
        for use in EndUse
        if use.is_counted or use is EndUse.PV
        for at in found.of(use)
        if found.is_read[at]
    }
    a, b = fuelled.institutions["A"], fuelled.institutions["B"]
    assert told[b, EndUse.NATURAL_GAS] == 310_000_000
    assert told[b, EndUse.GASOLINE_VEHICLE] == 100_000_000
    assert told[b, EndUse.LIGHTING] == int(KWH) * 10**6
    assert told[a, EndUse.PV] == 744 * 2 * 10**6
    silent = found.of(EndUse.HVAC)
    assert not found.is_read[silent].any()
    assert (found.expected_s[silent] == 744 * 3600).all()
    assert np.all(found.covered_s <= found.expected_s)
    assert date_of(BEGAN_US, state.zone) == january.start
