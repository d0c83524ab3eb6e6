"""What a plant's figures are made of. Pure."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from civicwatt_cloud.analysis.pv.balance import balance
from civicwatt_cloud.analysis.pv.performance import PLAUSIBLE
from civicwatt_cloud.modules.pv.choices import Mode
from civicwatt_protocols.quantity import MICRO

ID_DIGITS = 10  # of a point's number, at most


class Why(NamedTuple):
    """A reason in place of a figure."""

    zh: str
    en: str


class Counted(NamedTuple):
    """What the counters of one purpose booked; why: they say nothing."""

    micro: int | None
    completeness: Decimal | None
    why: Why | None


class Figure(NamedTuple):
    """A value as it is shown, or why there is none."""

    value: Decimal | None
    why: Why | None = None


class Over(NamedTuple):
    """Of those months that are over: what was generated, and what there was to generate from."""

    generation: Counted
    irradiation: int | Why  # in the plane [0.1 kWh/m²]
    clear_sky: int | Why  # what the plant gives without a cloud [micro-kWh]


class Figures(NamedTuple):
    """All figures of a plant over one period; energies in kWh, shares in %."""

    generated: Figure
    exported: Figure
    imported: Figure
    used_here: Figure
    used: Figure
    self_use: Figure
    self_sufficiency: Figure
    specific_yield: Figure
    performance_ratio: Figure
    clear_sky: Figure
    of_clear_sky: Figure
    completeness: Decimal | None  # of the generation


NO_CONTRADICTION = Why(
    "上网电量大于发电量，请核对计量点", "more was fed in than generated: compare the points"
)
NO_IRRADIATION = Why(
    "没有组件面辐照量，只给出单位装机发电量", "no irradiation in the plane: the specific yield alone is given"
)
PARTLY_LIT = Why("部分月份没有组件面辐照量", "of some months the irradiation in the plane is not known")
NOT_OVER = Why("本期还没有结束的月份", "no month of this period is over")
NO_PLACE = Why("缺少经纬度、倾角或方位角", "latitude, longitude, tilt or azimuth is missing")
NOT_YET = Why("尚未计算：后台任务需要安装 pvlib", "not computed yet: the background job needs pvlib")
NOTHING = Why("本期没有发电", "nothing was generated")
NOTHING_USED = Why("本期没有用电", "nothing was used")
NOT_PLAUSIBLE = Why(
    "结果不合理，请核对辐照计、装机容量和计量点", "not plausible: check sensor, rating and points"
)


def point_ids(said: str | None) -> list[int]:
    """The numbers in a list of points. Errors: ValueError."""
    parts = [one.strip() for one in said.replace("，", ",").split(",")] if said else []
    if any(not (one.isascii() and one.isdigit() and len(one) < ID_DIGITS) for one in parts):
        raise ValueError(said)
    return sorted({int(one) for one in parts})


def figures(
    mode: str,
    capacity: int,
    counted: Callable[[str], Counted],
    over: Over,
    least_completeness: Decimal,
) -> Figures:
    """The figures of one period.

    capacity [0.01 kWp]; counted: by purpose (generation, export, import); over: what
    ratios are made of.
    """
    generation, import_ = counted("generation"), counted("import")
    export = Counted(0, None, None) if mode == Mode.ALL_HERE else counted("export")
    if mode == Mode.ALL_FED:
        export = generation
    found = balance(generation.micro, export.micro, import_.micro)
    broken = NO_CONTRADICTION if found.contradictory else None
    first = generation.why or export.why or broken
    return Figures(
        _energy(generation.micro, generation.why),
        _energy(export.micro, export.why),
        _energy(import_.micro, import_.why),
        _energy(found.used_here, first),
        _energy(found.used, first or import_.why),
        _share(found.self_use, first or NOTHING),
        _share(found.self_sufficiency, first or import_.why or NOTHING_USED),
        _specific(generation, capacity),
        _ratio(over, capacity, least_completeness),
        _clear(over),
        _of_clear(over, least_completeness),
        generation.completeness,
    )


def _energy(micro: int | None, why: Why | None) -> Figure:
    return Figure(None, why) if micro is None else Figure(_rounded(Decimal(micro) / MICRO, 2))


def _share(share: float | None, why: Why | None) -> Figure:
    return Figure(None, why) if share is None else Figure(_rounded(Decimal(share) * 100, 2))


def _specific(generation: Counted, capacity: int) -> Figure:
    """[kWh/kWp]. Source: IEC 61724-1, final yield."""
    if generation.micro is None:
        return Figure(None, generation.why)
    return Figure(_rounded(Decimal(generation.micro) / MICRO / capacity * 100, 2))


def _ratio(over: Over, capacity: int, least: Decimal) -> Figure:
    """Source: IEC 61724-1, PR = (E/P0)/(H/G_ref), G_ref = 1 kW/m²."""
    if isinstance(over.irradiation, Why):
        return Figure(None, over.irradiation)
    micro = _enough(over.generation, least)
    if isinstance(micro, Why):
        return Figure(None, micro)
    value = (Decimal(micro) / MICRO / capacity * 100) / (Decimal(over.irradiation) / 10)
    low, high = map(Decimal, map(str, PLAUSIBLE))
    return Figure(_rounded(value, 4)) if low < value < high else Figure(None, NOT_PLAUSIBLE)


def _clear(over: Over) -> Figure:
    if isinstance(over.clear_sky, Why):
        return Figure(None, over.clear_sky)
    return Figure(_rounded(Decimal(over.clear_sky) / MICRO, 0))


def _of_clear(over: Over, least: Decimal) -> Figure:
    """How much of a sky without clouds came [%]; clouds and faults together, so no performance ratio."""
    if isinstance(over.clear_sky, Why):
        return Figure(None, over.clear_sky)
    micro = _enough(over.generation, least)
    if isinstance(micro, Why):
        return Figure(None, micro)
    return (
        Figure(_rounded(Decimal(micro) / over.clear_sky * 100, 1))
        if over.clear_sky
        else Figure(None, NOTHING)
    )


def _enough(generation: Counted, least: Decimal) -> int | Why:
    """What was generated, if enough of it was measured to divide by."""
    if generation.micro is None:
        return generation.why or NOTHING
    if generation.completeness is None or generation.completeness < least:
        share = f"{generation.completeness or 0:.2%}"
        zh, en = f"发电量完整率 {share}，低于 {least:.0%}", f"completeness {share}, below {least:.0%}"
        return Why(zh, en)
    return generation.micro


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
