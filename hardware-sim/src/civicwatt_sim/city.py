"""The invented city of the demonstration: 荆襄市, twelve institutions, sixteen buildings, 65 meters.

No institution here exists. Ratings come from floor area × a density by kind; both are simulation
assumptions (see loads.py for the averages they aim at).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import count

import msgspec

from civicwatt_sim.scenario import Building, City, Dated, EndUse, Institution, InstitutionKind, Meter

DIVISION = "429900"  # an invented division of Hubei
GOVERNMENT, EDUCATION = InstitutionKind.GOVERNMENT, InstitutionKind.EDUCATION
MEDICAL, VENUE = InstitutionKind.MEDICAL, InstitutionKind.VENUE
MUNICIPAL, DISTRICT = "市级", "县级"
GATEWAY_OF_BUS = ("gw-01", "gw-01", "gw-01", "gw-02", "gw-02")

L, H, P, S = EndUse.LIGHTING, EndUse.HVAC, EndUse.POWER, EndUse.SPECIAL
# peak load by kind [W/m²]
DENSITY: dict[InstitutionKind, dict[EndUse, float]] = {
    GOVERNMENT: {L: 13.5, H: 34.0, P: 5.0},
    EDUCATION: {L: 5.6, H: 10.0, P: 1.4},
    MEDICAL: {L: 11.5, H: 26.0, P: 5.5},
    VENUE: {L: 13.0, H: 30.0, P: 4.5},
}
# peak water by person [L/h]
WATER_L_H: dict[InstitutionKind, float] = {GOVERNMENT: 24.0, EDUCATION: 18.0, MEDICAL: 14.0, VENUE: 5.0}
ELECTRIC_NAME = {L: "照明插座总表", H: "空调总表", P: "动力总表", S: "机房总表"}
# The current registers of the ADW300 end at 655 A: large loads hang on float and 64-bit meters.
SMALL_KW = 110.0
# The ADL400 shows no total power (its template says why), so there are few of them.
SMALL = (
    "acrel/adw300",
    "chint/dtsu666",
    "eastron/sdm630",
    "acrel/adw300",
    "chint/dtsu666",
    "acrel/adw300",
    "eastron/sdm630",
    "acrel/adl400",
)
LARGE = ("schneider/iem3000", "eastron/sdm630", "chint/dtsu666")


@dataclass(frozen=True, slots=True)
class _Building:
    name: str
    area_m2: int
    uses: tuple[EndUse, ...] = (L, H, P)
    data_room_kw: float = 0.0
    pv_kwp: float = 0.0
    thrift: float = 1.0  # how much of the kind's usual load this building takes
    extension_m2: int = 0  # floor area added in the middle of the second year


@dataclass(frozen=True, slots=True)
class _Institution:
    name: str
    kind: InstitutionKind
    heads: int
    buildings: tuple[_Building, ...]
    level: str = MUNICIPAL
    establishment: int = 0  # new head count from March of the second year
    counts_heads: bool = True


_INSTITUTIONS = (
    _Institution(
        "荆襄市机关事务服务中心", GOVERNMENT, 205, (_Building("主楼", 6_200, thrift=0.86, pv_kwp=60),)
    ),
    _Institution(
        "荆襄市第一行政中心",
        GOVERNMENT,
        1_420,
        (
            _Building("A座", 26_000, data_room_kw=24, pv_kwp=280),
            _Building("B座", 19_000, thrift=1.08),
        ),
        establishment=1_365,
    ),
    _Institution(
        "荆襄市政务服务和大数据中心",
        GOVERNMENT,
        460,
        (
            _Building("政务服务大厅", 11_600, thrift=1.12, data_room_kw=12),
            _Building("数据机房楼", 2_400, uses=(L, H), data_room_kw=64),
        ),
    ),
    _Institution("荆襄市财政局", GOVERNMENT, 290, (_Building("办公楼", 9_800, thrift=0.94, data_room_kw=8),)),
    _Institution(
        "荆襄市档案馆",
        VENUE,
        900,
        (_Building("档案楼", 8_600, uses=(L, H), thrift=1.15, data_room_kw=6),),
        counts_heads=False,
    ),
    _Institution("荆襄市图书馆", VENUE, 3_100, (_Building("馆舍", 22_400, thrift=0.95, data_room_kw=9),)),
    _Institution("荆襄市博物馆", VENUE, 2_050, (_Building("主展馆", 17_300, thrift=1.1),)),
    _Institution(
        "荆襄市第一中学",
        EDUCATION,
        2_350,
        (
            _Building("教学楼", 21_000, uses=(L, H), pv_kwp=180),
            _Building("宿舍与食堂", 15_600, thrift=1.2, uses=(L, H)),
        ),
    ),
    _Institution(
        "荆襄市实验小学",
        EDUCATION,
        830,
        (_Building("综合教学楼", 12_300, uses=(L, H), thrift=0.92, extension_m2=1_850),),
    ),
    _Institution(
        "荆襄市中心医院",
        MEDICAL,
        3_150,
        (
            _Building("门诊楼", 24_000, thrift=1.05, data_room_kw=20),
            _Building("住院楼", 36_000, pv_kwp=220),
        ),
    ),
    _Institution("荆襄市妇幼保健院", MEDICAL, 940, (_Building("综合楼", 18_500, thrift=0.93),)),
    _Institution(
        "荆东街道便民服务中心",
        GOVERNMENT,
        62,
        (_Building("服务用房", 1_800, uses=(L, H), thrift=0.88),),
        level=DISTRICT,
    ),
)
_SILENT = "M-0201-2"  # the air conditioning of 第一行政中心 A座


def demo_city(seed: int = 7, installed: date = date(2025, 9, 1)) -> City:
    """The demonstration: as `check_city`, but one air-conditioning meter never answers."""
    city = check_city(seed, installed)
    return msgspec.structs.replace(
        city, institutions=tuple(_silenced(institution) for institution in city.institutions)
    )


def check_city(seed: int = 7, installed: date = date(2025, 9, 1)) -> City:
    """The city with every meter answering; its meters count from the start of `installed`."""
    wiring = _Wiring(changes_in=installed.year + 1)
    institutions = tuple(
        _institution(number, plan, wiring) for number, plan in enumerate(_INSTITUTIONS, start=1)
    )
    return City(seed=seed, name="荆襄市", division=DIVISION, installed=installed, institutions=institutions)


class _Wiring:
    """Hands out buses in turn by building, unit ids by bus, and meter models in turn."""

    def __init__(self, changes_in: int) -> None:
        self.changes_in = changes_in  # the year in which areas and establishments change
        self.buildings = count()
        self.units: dict[int, int] = defaultdict(int)
        self.small, self.large = count(), count()

    def unit(self, bus: int) -> int:
        self.units[bus] += 1
        return self.units[bus]

    def template(self, end_use: EndUse, rated_kw: float) -> str:
        if end_use is EndUse.PV:
            return "huawei/sun2000"
        if end_use is EndUse.WATER:
            return "simulated/water_counter"
        models, turn = (SMALL, self.small) if rated_kw <= SMALL_KW else (LARGE, self.large)
        return models[next(turn) % len(models)]


def _institution(number: int, plan: _Institution, wiring: _Wiring) -> Institution:
    year = wiring.changes_in
    heads = [Dated(date(2020, 1, 1), plan.heads, "2020年用能人数核定")]
    if plan.establishment:
        heads.append(Dated(date(year, 3, 1), plan.establishment, f"{year}年编制核定"))
    buildings = tuple(
        _building(number, index, plan, building, wiring)
        for index, building in enumerate(plan.buildings, start=1)
    )
    return Institution(
        code=f"JX{number:02d}",
        name=plan.name,
        kind=plan.kind,
        level=plan.level,
        heads=tuple(heads) if plan.counts_heads else (),
        buildings=buildings,
    )


def _building(number: int, index: int, plan: _Institution, building: _Building, wiring: _Wiring) -> Building:
    areas = [Dated(date(2020, 1, 1), building.area_m2, "不动产权证书")]
    if building.extension_m2:
        larger = building.area_m2 + building.extension_m2
        year = wiring.changes_in
        areas.append(Dated(date(year, 7, 1), larger, f"{year}年扩建竣工测绘报告"))
    bus = next(wiring.buildings) % len(GATEWAY_OF_BUS)
    meters = [
        Meter(
            device=f"M-{number:02d}{index:02d}-{place}",
            name=f"{building.name}{title}",
            gateway=GATEWAY_OF_BUS[bus],
            bus=bus,
            unit=wiring.unit(bus),
            template=wiring.template(end_use, kw),
            end_use=end_use,
            rated_kw=kw,
            rated_m3h=m3h,
        )
        for place, (end_use, title, kw, m3h) in enumerate(_loads(index, plan, building), start=1)
    ]
    return Building(
        code=f"JX{number:02d}-{index}", name=building.name, areas=tuple(areas), meters=tuple(meters)
    )


def _loads(index: int, plan: _Institution, building: _Building) -> list[tuple[EndUse, str, float, float]]:
    """What is metered in a building: (end use, title, rating [kW], rating [m³/h])."""
    area = building.area_m2 + building.extension_m2
    loads = [
        (use, ELECTRIC_NAME[use], round(area * DENSITY[plan.kind][use] * building.thrift / 1000, 1), 0.0)
        for use in building.uses
    ]
    if building.data_room_kw:
        loads.append((EndUse.SPECIAL, ELECTRIC_NAME[EndUse.SPECIAL], building.data_room_kw, 0.0))
    if building.pv_kwp:
        loads.append((EndUse.PV, "屋顶光伏逆变器", building.pv_kwp, 0.0))
    if index == 1:
        loads.append((EndUse.WATER, "自来水总表", 0.0, round(plan.heads * WATER_L_H[plan.kind] / 1000, 2)))
    return loads


def _silenced(institution: Institution) -> Institution:
    replace = msgspec.structs.replace
    return replace(
        institution,
        buildings=tuple(
            replace(
                building,
                meters=tuple(replace(meter, answers=meter.device != _SILENT) for meter in building.meters),
            )
            for building in institution.buildings
        ),
    )
