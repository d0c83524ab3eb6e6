"""Reports: consumption by hour, day, month or year, by region, institution, building, carrier, end use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.kit.table_files import XLSX_ROWS, Cell, write_table
from civicwatt_cloud.modules.energy.errors import OffTheEdge, TooMuchAtOnce
from civicwatt_cloud.modules.energy.grouping import DIMENSIONS, Dimension, grouped
from civicwatt_cloud.modules.energy.load import QUALITIES
from civicwatt_cloud.modules.energy.query_schemas import Labels, Report, ReportGroup, ReportTotal
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures import steps as step_rules
from civicwatt_cloud.timeseries.figures import sums
from civicwatt_cloud.timeseries.figures.counters import Choice
from civicwatt_cloud.timeseries.figures.steps import Ints, Steps
from civicwatt_cloud.timeseries.figures.summed import Sums, share
from civicwatt_cloud.timeseries.figures.sums import Members
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.queries import Step
from civicwatt_protocols.quantity import MICRO, format_micro, from_micro

ReportStep = Literal["hour", "day", "month", "year"]
# Engineering defaults: what one answer holds, what one look at the ledger reads, what one file costs.
ANSWER_CELLS, WINDOW_CELLS, FILE_CELLS = 500_000, 300_000, 500_000_000
LONGEST_YEARS = 50
_STEP_NAMES = {"month": ("月", "month"), "year": ("年", "year")}
_TITLES = {
    "region": ("区划代码 division", "区划 region"),
    "institution": ("单位编码 institution code", "单位 institution"),
    "building": ("楼栋编码 building code", "楼栋 building"),
    "end_use": ("分项代码 end-use key", "分项 end use"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is about: the days [start, end), the step, what part, and by what."""

    start: date
    end: date
    step: ReportStep
    choice: Choice
    group_by: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    steps: Steps
    members: Members
    groups: list[Labels]
    fine: Step


def report(view: View, question: Question) -> Report:
    """The whole report. Errors: NotFound, BadRequest, OffTheEdge, TooMuchAtOnce."""
    plan = _plan(view, question)
    _limit(max(len(plan.groups), 1) * len(plan.steps), ANSWER_CELLS)
    _limit(plan.members.point.size * len(plan.steps), FILE_CELLS // 10)
    found = Sums.zero(plan.members.groups, len(plan.steps))
    for first, last in _windows(plan):
        found.put(
            first, sums.by_step(view, plan.members, plan.steps.part(first, last), question.step, plan.fine)
        )
    return Report(
        step=question.step,
        start=question.start.isoformat(),
        end=question.end.isoformat(),
        starts=[iso(start_us, view.zone) for start_us in plan.steps.start_us.tolist()],
        running=plan.steps.running(view.now_us),
        group_by=[one for one in DIMENSIONS if one in question.group_by],
        quality_from=plan.fine,
        groups=_groups(plan.groups, found),
    )


def report_file(view: View, question: Question, path: Path) -> None:
    """The same as rows of a csv or xlsx file, in constant memory. Errors: as report()."""
    plan = _plan(view, question)
    rows = len(plan.groups) * len(plan.steps)
    if path.suffix == ".xlsx":
        _limit(rows, XLSX_ROWS)
    _limit(max(rows, plan.members.point.size * len(plan.steps)), FILE_CELLS)
    by = [one for one in DIMENSIONS if one in question.group_by and one != "carrier"]
    titles = [
        "起始 start",
        *(title for one in by for title in _TITLES[one]),
        *("能源品种 carrier", "用量 consumption", "单位 unit", "完整率 completeness", "数据质量 quality"),
        *("实测占比 measured", "更正占比 corrected", "插补占比 interpolated", "估算占比 estimated"),
    ]
    write_table(path, titles, _rows(view, plan, question.step, by))


def _plan(view: View, question: Question) -> _Plan:
    start, end, step = question.start, question.end, question.step
    if not start < end or end.year - start.year > LONGEST_YEARS:
        raise BadRequest("to", what=f"{start} … {end}，应为 1 天至 {LONGEST_YEARS} 年 · too long or empty")
    if step in _STEP_NAMES and not all(step_rules.floor(day, step) == day for day in (start, end)):
        zh, en = _STEP_NAMES[step]
        raise OffTheEdge(step_zh=zh, step=en, start=start, end=end)
    steps = step_rules.steps(start, end, step, view.zone)
    members, groups = grouped(view, question.choice, question.group_by)
    fine = sums.finest(members, steps)
    return _Plan(steps, members, groups, step if step in {"hour", "day"} and fine != "hour" else fine)


def _windows(plan: _Plan) -> Iterator[tuple[int, int]]:
    return sums.windows(plan.steps, plan.members.point.size, len(plan.groups), WINDOW_CELLS)


def _limit(found: int, limit: int) -> None:
    if found > limit:
        raise TooMuchAtOnce(found=f"{found:,}", limit=f"{limit:,}")


def _groups(labels: Sequence[Labels], found: Sums) -> list[ReportGroup]:
    completeness, columns = _known(found.completeness), _shares(found)
    told = [
        quality
        for quality, seconds in found.by_quality().items()
        if quality is Quality.MEASURED or seconds.any()
    ]
    totals = _totals(found.whole())
    return [
        ReportGroup.model_validate(
            {
                "labels": label,
                "total": totals[i],
                "values": texts(found.micro[i], found.rows[i]),
                "completeness": completeness[i],
                "quality": [QUALITIES[code] for code in found.worst[i].tolist()],
                "shares": {quality: columns[quality][i] for quality in told},
            }
        )
        for i, label in enumerate(labels)
    ]


def _totals(whole: Sums) -> list[ReportTotal]:
    completeness, columns = _known(whole.completeness), _shares(whole)
    values = texts(whole.micro[:, 0], whole.rows[:, 0])
    return [
        ReportTotal.model_validate(
            {
                "value": value,
                "completeness": completeness[i][0],
                "shares": {quality: column[i][0] for quality, column in columns.items() if column[i][0]},
            }
        )
        for i, value in enumerate(values)
    ]


def _shares(found: Sums) -> dict[Quality, list[list[float | None]]]:
    """Of the expected time, by group and step."""
    return {
        quality: _known(share(seconds, found.expected_s)) for quality, seconds in found.by_quality().items()
    }


def texts(micro: Ints, rows: Ints) -> list[str | None]:
    """Exact decimal texts as format_micro() makes them, in half the time; None where no row is."""
    wholes, rests = np.divmod(np.abs(micro), MICRO)
    columns = (micro.tolist(), wholes.tolist(), rests.tolist(), rows.tolist())
    return [
        (format_micro(value) if value < 0 else f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole))
        if known
        else None
        for value, whole, rest, known in zip(*columns, strict=True)
    ]


def _known(shares: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[list[float | None]]:
    """NaN as None."""
    return [[None if part != part else part for part in row] for row in shares.tolist()]  # noqa: PLR0124


def _rows(view: View, plan: _Plan, step: ReportStep, by: Sequence[Dimension]) -> Iterator[list[Cell]]:
    """One row a step and group, by time; only one window of steps is held."""
    heads = [_head(labels, by) for labels in plan.groups]
    for first, last in _windows(plan):
        steps = plan.steps.part(first, last)
        found = sums.by_step(view, plan.members, steps, step, plan.fine)
        shares = [found.completeness, *(share(s, found.expected_s) for s in found.by_quality().values())]
        for place, start_us in enumerate(steps.start_us.tolist()):
            start = iso(start_us, view.zone)
            columns = [_known(one[:, place : place + 1]) for one in shares]
            for group, (keys, carrier, unit) in enumerate(heads):
                known = found.rows[group, place] > 0
                value = from_micro(int(found.micro[group, place])) if known else None
                parts = [column[group][0] for column in columns]
                quality = QUALITIES[int(found.worst[group, place])]
                yield [start, *keys, carrier, value, unit, parts[0], quality, *parts[1:]]


def _head(labels: Labels, by: Sequence[Dimension]) -> tuple[list[str], str, str]:
    keys = [text for one in by if (label := getattr(labels, one)) for text in (label.key, label.title)]
    return keys, labels.carrier.title, labels.unit
