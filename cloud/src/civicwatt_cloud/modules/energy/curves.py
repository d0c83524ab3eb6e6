"""Load curves: power over any span, on as few points as asked for; what is not known stays a hole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, iso
from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.modules.energy import curve_sources
from civicwatt_cloud.modules.energy.curve_sources import Gauges, Grid
from civicwatt_cloud.modules.energy.downsampling import Envelope
from civicwatt_cloud.modules.energy.errors import TooMuchAtOnce
from civicwatt_cloud.modules.energy.query_schemas import Curves, CurveSeries, Extreme
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.figures import counters
from civicwatt_cloud.timeseries.figures.counters import Choice, PowerMeter

By = Literal["total", "end_use", "meter"]
# Engineering defaults: beyond so many readings, or ticks of all meters, the ledger's hours serve; beyond so
# many hours its days; beyond so many days nothing.
READINGS, TICKS, HOURS, DAYS, SERIES = 6_000_000, 50_000_000, 3_000_000, 3_000_000, 50
DAY_US = 24 * HOUR_US
_FLOW = {Carrier.WATER: "m³/h"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is drawn: [start, end) of the chosen part, or of `points`; on how many points a series."""

    start_us: int
    end_us: int
    choice: Choice
    points: tuple[int, ...]
    by: By
    max_points: int


class _Line(NamedTuple):
    key: str
    title: str
    title_en: str | None
    meters: list[PowerMeter]


def curves(view: View, question: Question) -> Curves:
    """One curve, or one an end use or meter. Errors: NotFound, BadRequest, TooMuchAtOnce."""
    if not question.start_us < question.end_us:
        raise BadRequest("to", what="to 应晚于 from · to must be after from")
    choice = question.choice
    if choice.end_use is None and choice.carrier is None and not question.points:
        choice = replace(choice, carrier=Carrier.ELECTRICITY)
    meters = counters.power_meters(view.session, view.scope, choice, list(question.points))
    lines = _lines(meters, question.by)
    if len(lines) > SERIES:
        raise TooMuchAtOnce(found=f"{len(lines)} 条 series", limit=SERIES)
    end_us = max(question.start_us, min(question.end_us, view.now_us))
    gauges = curve_sources.look(view, meters, question.start_us, end_us)
    closest_us = min(gauges.interval_us.values(), default=HOUR_US)
    if gauges.rows > READINGS or len(meters) * (end_us - question.start_us) // closest_us > TICKS:
        gauges = Gauges({}, 0)
    grid = _grid(question, end_us, gauges, len(meters))
    return Curves(
        start=iso(question.start_us, view.zone),
        end=iso(question.end_us, view.zone),
        step_s=grid.step_us // SECOND_US,
        pixel_s=grid.pixel_us // SECOND_US,
        series=[_series(view, line, gauges, grid) for line in lines],
    )


def _lines(meters: Sequence[PowerMeter], by: By) -> list[_Line]:
    if by == "meter":
        return [_Line(str(meter.point_id), meter.name, None, [meter]) for meter in meters]
    if by == "total":
        return [_Line("total", "合计", "Total", list(meters))] if meters else []
    return [
        _Line(use, use.zh, use.en, own)
        for use in EndUse
        if (own := [meter for meter in meters if meter.end_use == use])
    ]


def _grid(question: Question, end_us: int, gauges: Gauges, meters: int) -> Grid:
    """Ticks as close as the fastest gauge tells; pixels such that two points of each are few enough."""
    span_us = question.end_us - question.start_us
    is_long = meters * span_us // HOUR_US > HOURS
    if is_long and meters * span_us // DAY_US > DAYS:
        raise TooMuchAtOnce(found=f"{meters} 块表 meters × {span_us // DAY_US} 天 days", limit=f"{DAYS:,}")
    booked_us = DAY_US if is_long else HOUR_US
    step_us = min(gauges.interval_us.values(), default=booked_us)
    pixels = max(1, question.max_points // 2)
    pixel_us = -(-max(step_us, -(-span_us // pixels)) // step_us) * step_us
    return Grid(question.start_us, end_us, step_us, pixel_us, "day" if is_long else "hour")


def _series(view: View, line: _Line, gauges: Gauges, grid: Grid) -> CurveSeries:
    envelope = Envelope.empty(grid.start_us, grid.pixel_us, grid.pixels)
    told = [meter.gauge_id for meter in line.meters if meter.gauge_id in gauges.interval_us]
    if len(line.meters) == 1 and told and told[0] is not None:
        curve_sources.add_one_gauge(view, told[0], gauges.interval_us[told[0]], grid, envelope)
    else:
        curve_sources.add_sum(view, line.meters, gauges, grid, envelope)
    expected = curve_sources.expected(line.meters, grid)
    ts_us, value, pixel = envelope.points()
    completeness = _share(envelope.known, expected)
    low, high = _extremes(view, envelope)
    return CurveSeries(
        key=line.key,
        title=line.title,
        title_en=line.title_en,
        unit=_FLOW.get(EndUse(line.meters[0].end_use).carrier, "kW"),
        source="readings" if len(told) == len(line.meters) else "both" if told else "ledger",
        at=[iso(t_us, view.zone) for t_us in ts_us.tolist()],
        values=[None if np.isnan(v) else round(v, 6) for v in value.tolist()],
        completeness=[completeness[place] for place in pixel.tolist()],
        total_completeness=_share(envelope.known.sum(keepdims=True), expected.sum(keepdims=True))[0]
        if grid.pixels
        else None,
        min=low,
        max=high,
    )


def _share(known: np.ndarray, expected: np.ndarray) -> list[float | None]:
    """Known ÷ expected, at most 1, rounded down to 4 decimals; None where nothing is expected."""
    parts = np.floor(np.minimum(1.0, known / np.maximum(expected, 1.0)) * 10_000 + 1e-6) / 10_000
    return [
        part if whole > 0 else None for part, whole in zip(parts.tolist(), expected.tolist(), strict=True)
    ]


def _extremes(view: View, envelope: Envelope) -> tuple[Extreme | None, Extreme | None]:
    if not len(envelope.low) or np.isnan(envelope.low).all():
        return None, None
    low, high = int(np.nanargmin(envelope.low)), int(np.nanargmax(envelope.high))
    return (
        Extreme(at=iso(int(envelope.low_us[low]), view.zone), value=round(float(envelope.low[low]), 6)),
        Extreme(at=iso(int(envelope.high_us[high]), view.zone), value=round(float(envelope.high[high]), 6)),
    )
