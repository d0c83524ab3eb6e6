"""What the energy routes answer. Exact values are decimal strings; times are ISO 8601 with offset."""

from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures.recipes import FigureKey

EndUseKey = Literal[
    "lighting",
    "hvac",
    "power",
    "special",
    "other",
    "coal",
    "natural_gas",
    "manufactured_gas",
    "lpg",
    "gasoline_vehicle",
    "gasoline_other",
    "diesel_vehicle",
    "diesel_other",
    "heat",
    "other_energy",
    "pv",
    "water",
]

QualityKey = Literal["measured", "corrected", "interpolated", "estimated", "missing"]
Share = Annotated[float, Field(ge=0, le=1)]


def end_use_key(end_use: EndUse) -> EndUseKey:
    """The key of an end use that the pages know, see metering.SHOWN."""
    return cast(EndUseKey, end_use.value)


class Schema(BaseModel):
    """Base: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class ReasonOut(Schema):
    """Why there is no value, or what it leaves out."""

    code: str
    zh: str
    en: str


class Figure(Schema):
    """A key figure; without a value it says why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "key": "energy_per_capita",
                    "title": "人均综合能耗",
                    "title_en": "Energy per capita",
                    "value": "412.306",
                    "unit": "kgce/人",
                    "completeness": 0.9972,
                    "estimated": False,
                    "reason": None,
                }
            ]
        },
    )

    key: FigureKey
    title: str
    title_en: str
    value: str | None
    unit: str
    completeness: Share | None
    estimated: bool
    reason: ReasonOut | None


class PeriodOut(Schema):
    """The days [start, end) and how many of them have begun."""

    key: str = Field(examples=["2026-11"])
    title: str
    title_en: str
    start: str
    end: str
    elapsed_days: int


class RegionOut(Schema):
    """An administrative division."""

    code: str = Field(examples=["429900"])
    name: str = Field(examples=["荆襄市"])


class EndUsePower(Schema):
    """Power of one end use now [W]; None: no meter answers."""

    end_use: EndUseKey
    power_w: float | None


class EndUseDay(Schema):
    """Mean power by hour of today [kW]."""

    end_use: EndUseKey
    kw: list[float | None]
    quality: list[QualityKey]


class Today(Schema):
    """Today by hour, and all end uses a week before; the `running` hour is not over yet."""

    hours: list[int]
    running: int
    series: list[EndUseDay]
    last_week_kw: list[float | None]


class Live(Schema):
    """What the meters say now; generation is not part of `power_w`."""

    at: str
    power_w: float | None
    by_end_use: list[EndUsePower]
    pv_power_w: float | None
    meters_online: int
    meters_total: int
    today: Today


class InstitutionRow(Schema):
    """One institution in the overview."""

    id: int
    code: str
    name: str
    kind: str = Field(examples=["党政机关"])
    kind_en: str = Field(examples=["Government"])
    figures: dict[FigureKey, Figure]
    live_power_w: float | None
    meters_online: int
    meters_total: int


class Overview(Schema):
    """All institutions in the actor's scope."""

    region: RegionOut
    period: PeriodOut
    updated_at: str
    figures: list[Figure]
    live: Live
    institutions: list[InstitutionRow]


class HeadCountOut(Schema):
    """The head count valid today."""

    value: str
    valid_from: str


class FloorAreaOut(Schema):
    """The floor area of all buildings today, and when it last changed."""

    value: str
    unit: str
    valid_from: str


class BuildingOut(Schema):
    """A building with its floor area today [m²]."""

    id: int
    code: str
    name: str
    floor_area: str | None


class InstitutionOut(Schema):
    """An institution's entry in the register."""

    id: int
    code: str
    name: str
    kind: str
    kind_en: str
    level: str = Field(examples=["市级"])
    level_en: str
    region: str
    head_count: HeadCountOut | None
    floor_area: FloorAreaOut | None
    buildings: list[BuildingOut]


class CounterOut(Schema):
    """The newest counter reading, as the meter served it."""

    value: str
    unit: str
    at: str


class MeterOut(Schema):
    """A meter with its state."""

    point_id: int
    device: str
    name: str
    template: str
    template_title: str
    template_title_en: str
    building: str
    end_use: EndUseKey
    state: Literal["good", "watch", "bad", "unknown"]
    state_reason: str | None
    state_reason_en: str | None
    last_at: str | None
    power_w: float | None
    counter: CounterOut | None
    completeness: Share | None


class InstitutionPage(Schema):
    """One institution: register entry, figures, live power, meters."""

    institution: InstitutionOut
    period: PeriodOut
    figures: list[Figure]
    live: Live
    meters: list[MeterOut]


class LoadSeries(Schema):
    """One end use over the steps; None: unknown. `covered` is the share of meter time that was read."""

    end_use: EndUseKey
    title: str
    title_en: str
    unit: str
    values: list[str | None]
    quality: list[QualityKey]
    covered: list[Share]


class DayOut(Schema):
    """A date and whether people work on it; unconfirmed days follow the week."""

    date: str
    weekday: int = Field(ge=1, le=7, description="1 = 周一")
    workday: bool
    confirmed: bool


class Load(Schema):
    """Load by end use: mean kW of hours, kWh of days and months.

    `running` is the place of the step that is not over yet.
    """

    step: Literal["hour", "day", "month"]
    unit: str
    starts: list[str]
    running: int | None
    series: list[LoadSeries]
    pv: LoadSeries | None
    water: LoadSeries | None
    days: list[DayOut]


class Formula(Schema):
    """How a figure is made, in words and with the numbers in place."""

    zh: str
    en: str
    expression: str
    expression_en: str


class FactorInput(Schema):
    """A rule row that went into a figure."""

    kind: Literal["factor"] = "factor"
    id: str
    title: str
    title_en: str
    value: str
    unit: str
    source: str
    source_en: str
    clause: str
    clause_en: str
    valid_from: str
    valid_to: str | None
    status: str
    note: str
    note_en: str


class DenominatorRow(Schema):
    """A dated head count or floor area; `valid_to` is the first day on which it no longer holds."""

    subject: str
    value: str
    valid_from: str
    valid_to: str | None
    source: str


class DenominatorInput(Schema):
    """What the figure is divided by; `applied` is the time-weighted mean of the elapsed days."""

    kind: Literal["denominator"] = "denominator"
    title: str
    title_en: str
    unit: str
    rows: list[DenominatorRow]
    applied: str | None


class MonthOut(Schema):
    """A meter's consumption in one month."""

    month: str
    value: str | None
    quality: QualityKey
    covered: Share


class ReplacementOfMeter(Schema):
    """A replaced meter inside the period: its form and both counters."""

    form_number: str
    at: str
    old_final: str
    new_initial: str


class ShareOut(Schema):
    """An institution's dated part of a shared building; `valid_from` None: since ever, the building's own."""

    percent: str
    valid_from: str | None
    valid_to: str | None  # the first day on which it no longer holds
    document: str


class EnergyMeter(Schema):
    """A meter's part of a sum; of a shared building's meter the institution's part, by its shares."""

    point_id: int
    device: str
    name: str
    end_use: EndUseKey
    building: str
    total: str | None
    completeness: Share | None
    estimated_share: Share | None
    months: list[MonthOut]
    replacements: list[ReplacementOfMeter]
    shares: list[ShareOut]


class EnergyInput(Schema):
    """The sum over meters."""

    kind: Literal["energy"] = "energy"
    title: str
    title_en: str
    unit: str
    meters: list[EnergyMeter]
    total: str | None


class Missing(Schema):
    """What a figure lacks."""

    what: str
    what_en: str
    reason: str
    reason_en: str


class Lineage(Schema):
    """A figure opened: formula, inputs, what is missing."""

    figure: Figure
    formula: Formula
    inputs: list[Annotated[FactorInput | DenominatorInput | EnergyInput, Field(discriminator="kind")]]
    missing: list[Missing]


class RegionSum(Schema):
    """The sum over the institutions that are counted."""

    title: str
    title_en: str
    unit: str
    total: str | None


class InstitutionPart(Schema):
    """An institution's part of a region's figure, beside the same figure of its own."""

    id: int
    name: str
    amount: str | None
    denominator: str | None
    figure: Figure
    counted: bool


class RegionLineage(Schema):
    """A region's figure opened: formula, factor, what each institution adds to it, what is missing."""

    figure: Figure
    formula: Formula
    amount: RegionSum
    denominator: RegionSum | None
    factors: list[FactorInput]
    institutions: list[InstitutionPart]
    missing: list[Missing]


class PointOut(Schema):
    """A meter's consumption counter."""

    point_id: int
    device: str
    name: str
    measure: str
    title: str
    title_en: str
    unit: str
    template_title: str
    template_title_en: str


class HourOut(Schema):
    """Consumption of one hour; while it is `running`, up to the newest reading."""

    start: str
    running: bool
    value: str | None
    quality: QualityKey
    covered: Share


class ReadingOut(Schema):
    """A reading as it came, or why there is none."""

    at: str
    value: str | None
    reason: str | None
    reason_en: str | None


class PointReadings(Schema):
    """A counter's day: booked hours and raw readings."""

    point: PointOut
    hours: list[HourOut]
    readings: list[ReadingOut]


class GatewayHealth(Schema):
    """A gateway: when it last spoke, and how far behind its newest stored reading is."""

    id: str
    division: str | None
    online: bool
    last_seen_at: str | None
    last_slot_at: str | None
    ack_lag_s: int | None


class StoreHealth(Schema):
    """The readings store."""

    name: str
    version: str


class Health(Schema):
    """What runs."""

    at: str
    is_broker_connected: bool
    gateways: list[GatewayHealth]
    quarantined: int
    store: StoreHealth
