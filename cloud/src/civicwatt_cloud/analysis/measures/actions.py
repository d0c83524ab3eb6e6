"""From symptoms to measures, each with its range in kWh, yuan and tce, and the series that shows why.

Measures against one symptom are alternatives or work together: their ranges are the symptom's and do not add
up.
"""

from dataclasses import dataclass
from typing import NamedTuple

from civicwatt_cloud.analysis.measures.symptoms import Kind, Symptom

KG_PER_T = 1000.0


class Action(NamedTuple):
    """Something that can be done."""

    key: str
    zh: str
    en: str


ACTIONS: dict[Kind, tuple[Action, ...]] = {
    Kind.NIGHT: (
        Action(
            "night_round",
            "下班巡查与插座、饮水机、照明定时断电",
            "evening round; timers on sockets, boilers, lights",
        ),
        Action("night_metering", "夜间逐回路排查常开设备", "trace what runs at night, circuit by circuit"),
        Action(
            "server_room",
            "机房与网络设备虚拟化、提高送风温度",
            "virtualise servers, raise the supply air of their room",
        ),
    ),
    Kind.FREE_DAYS: (
        Action(
            "holiday_schedule", "空调与通风按放假安排设定停机日程", "schedule plant by the announced days off"
        ),
        Action("partial_operation", "值班区域分区供能", "serve only the zones on duty"),
    ),
    Kind.LATE_OFF: (
        Action(
            "switch_off_time", "提前关机时间并设加班申请延时", "switch off earlier; longer only on request"
        ),
        Action("occupancy_control", "照明与末端加装人员感应", "presence sensors on lights and terminals"),
    ),
    Kind.COOLING: (
        Action("cooling_set_point", "夏季室温设定上调", "raise the set point in summer"),
        Action("cooling_plant", "冷机与水泵清洗、变频改造", "clean and refit chillers and pumps with drives"),
        Action("shading", "外遮阳与屋顶隔热", "shading and roof insulation"),
    ),
    Kind.HEATING: (
        Action("heating_set_point", "冬季室温设定下调", "lower the set point in winter"),
        Action("air_tightness", "门窗气密与门斗", "tighten windows and doors, build lobbies"),
    ),
    Kind.EARLY_COOLING: (
        Action("free_cooling", "过渡季采用新风供冷", "cool with outdoor air between the seasons"),
        Action("cooling_season", "推迟开机日期与开机温度", "begin the cooling season later"),
    ),
}


class Range(NamedTuple):
    """From what is often reached to the best that was seen, in a year."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """A proposal; a range is None where the building's data, the price or the factor do not tell it."""

    action: Action
    symptom: Symptom
    kwh: Range | None
    yuan: Range | None
    tce: Range | None


def proposed(found: list[Symptom], yuan_kwh: float | None, kgce_kwh: float | None) -> list[Measure]:
    """The measures against some symptoms, in their order.

    yuan_kwh: the mean price paid; kgce_kwh: the coal factor of electricity; None: not known.
    """
    return [
        Measure(
            action,
            symptom,
            kwh := _range(symptom),
            _times(kwh, yuan_kwh),
            _times(kwh, None if kgce_kwh is None else kgce_kwh / KG_PER_T),
        )
        for symptom in found
        for action in ACTIONS[symptom.kind]
    ]


def _range(symptom: Symptom) -> Range | None:
    if symptom.low_kwh is None or symptom.high_kwh is None:
        return None
    return Range(symptom.low_kwh, symptom.high_kwh)


def _times(kwh: Range | None, by: float | None) -> Range | None:
    return None if kwh is None or by is None else Range(kwh.low * by, kwh.high * by)
