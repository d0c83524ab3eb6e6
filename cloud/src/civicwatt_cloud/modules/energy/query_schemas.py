"""What reports, comparisons, rankings and curves answer. Exact values are decimal strings."""

from typing import Literal

from pydantic import ConfigDict, Field

from civicwatt_cloud.modules.energy.schemas import QualityKey, ReasonOut, Schema, Share
from civicwatt_cloud.timeseries.figures.recipes import FigureKey

Shares = dict[Literal["measured", "corrected", "interpolated", "estimated"], Share]
ShareColumns = dict[Literal["measured", "corrected", "interpolated", "estimated"], list[Share | None]]


class Label(Schema):
    """An entry as tables name it: `key` is its code, `id` that of its page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int | None
    key: str = Field(examples=["A-01"])
    title: str = Field(examples=["甲局"])
    title_en: str | None


class Labels(Schema):
    """What a group is; only what was grouped by is set."""

    region: Label | None = None
    institution: Label | None = None
    building: Label | None = None
    carrier: Label
    end_use: Label | None = None
    unit: str = Field(examples=["kWh"])


class ReportTotal(Schema):
    """The whole span. Shares are of the expected time; what they lack is missing."""

    value: str | None
    completeness: Share | None
    shares: Shares


class ReportGroup(Schema):
    """One group over the steps; None: unknown."""

    labels: Labels
    total: ReportTotal
    values: list[str | None]
    completeness: list[Share | None]
    quality: list[QualityKey]
    shares: ShareColumns = Field(description="各数据质量占应测时间的比例；没有的质量不列出，其余为缺失")


class Report(Schema):
    """Consumption by step and group. `running` is the place of the step that is not over yet."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "step": "month",
                    "start": "2026-01-01",
                    "end": "2026-03-01",
                    "starts": ["2026-01-01T00:00:00+08:00", "2026-02-01T00:00:00+08:00"],
                    "running": None,
                    "group_by": ["institution"],
                    "quality_from": "hour",
                    "groups": [
                        {
                            "labels": {
                                "region": None,
                                "institution": {"id": 1, "key": "A", "title": "甲局", "title_en": None},
                                "building": None,
                                "carrier": {
                                    "id": None,
                                    "key": "electricity",
                                    "title": "电力",
                                    "title_en": "Electricity",
                                },
                                "end_use": None,
                                "unit": "kWh",
                            },
                            "total": {
                                "value": "2124.5",
                                "completeness": 0.9931,
                                "shares": {"measured": 0.9726, "interpolated": 0.0205},
                            },
                            "values": ["1116", "1008.5"],
                            "completeness": [1.0, 0.9855],
                            "quality": ["measured", "interpolated"],
                            "shares": {"measured": [1.0, 0.9425], "interpolated": [0.0, 0.043]},
                        }
                    ],
                }
            ]
        },
    )

    step: Literal["hour", "day", "month", "year"]
    start: str
    end: str
    starts: list[str]
    running: int | None
    group_by: list[str]
    quality_from: Literal["hour", "day", "month"] = Field(
        description="数据质量取自何种台账行；较粗的行整行按其中最差者计"
    )
    groups: list[ReportGroup]


class Span(Schema):
    """The days [start, end) of one side of a comparison; unconfirmed days follow the week."""

    start: str
    end: str
    days: int
    workdays: int
    confirmed: bool


class Change(Schema):
    """One group against an earlier span. Without difference or percent, `reason` says why."""

    value: str | None
    completeness: Share | None
    estimated: bool
    difference: str | None
    percent: str | None
    reason: ReasonOut | None


class Compared(Schema):
    """One group now and before."""

    labels: Labels
    value: str | None
    completeness: Share | None
    estimated: bool
    year_before: Change
    period_before: Change


class Earlier(Schema):
    """What is compared with, 同比 or 环比; `notes` say what makes the two unlike. No span: no such days."""

    title: str
    title_en: str
    span: Span | None
    notes: list[ReasonOut]


class Comparison(Schema):
    """A period beside the same one a year before, and beside the one before it.

    A running period is compared by its whole days so far.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "period": "2026-02",
                    "title": "2026年2月",
                    "floor": 0.9,
                    "group_by": [],
                    "current": {
                        "start": "2026-02-01",
                        "end": "2026-03-01",
                        "days": 28,
                        "workdays": 16,
                        "confirmed": True,
                    },
                    "year_before": {
                        "title": "同比",
                        "title_en": "a year before",
                        "span": {
                            "start": "2025-02-01",
                            "end": "2025-03-01",
                            "days": 28,
                            "workdays": 19,
                            "confirmed": True,
                        },
                        "notes": [
                            {
                                "code": "CW-N1012",
                                "zh": "工作日 16 天，对比期 19 天（节假日移动）",
                                "en": "16 working days against 19 (holidays have moved)",
                            }
                        ],
                    },
                    "period_before": {
                        "title": "环比",
                        "title_en": "the period before",
                        "span": {
                            "start": "2026-01-01",
                            "end": "2026-02-01",
                            "days": 31,
                            "workdays": 21,
                            "confirmed": True,
                        },
                        "notes": [],
                    },
                    "groups": [
                        {
                            "labels": {
                                "carrier": {
                                    "id": None,
                                    "key": "electricity",
                                    "title": "电力",
                                    "title_en": "Electricity",
                                },
                                "unit": "kWh",
                            },
                            "value": "1008",
                            "completeness": 1.0,
                            "estimated": False,
                            "year_before": {
                                "value": "1050",
                                "completeness": 0.98,
                                "estimated": False,
                                "difference": "-42",
                                "percent": "-4",
                                "reason": None,
                            },
                            "period_before": {
                                "value": "700",
                                "completeness": 0.62,
                                "estimated": False,
                                "difference": None,
                                "percent": None,
                                "reason": {
                                    "code": "CW-N1009",
                                    "zh": "对比期完整率 62.00%，低于 90%",
                                    "en": "the earlier span is 62.00 % complete, below 90 %",
                                },
                            },
                        }
                    ],
                }
            ]
        },
    )

    period: str
    title: str
    floor: Share
    group_by: list[str]
    current: Span
    year_before: Earlier
    period_before: Earlier
    groups: list[Compared]


class Ranked(Schema):
    """An institution with its place; equal values share one, and the next place is left out."""

    place: int
    tied: bool
    institution: Label
    kind: str
    kind_en: str
    value: str
    completeness: Share
    estimated: bool


class Apart(Schema):
    """An institution that is not ranked, and why; its value where there is one."""

    institution: Label
    kind: str
    kind_en: str
    value: str | None
    completeness: Share | None
    reason: ReasonOut


class Ranking(Schema):
    """Institutions by one figure; `limit` bounds both lists, the counts are of all."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "key": "energy_per_capita",
                    "title": "人均综合能耗",
                    "title_en": "Energy per capita",
                    "unit": "kgce/人",
                    "ranked_total": 1,
                    "apart_total": 1,
                    "ranked": [
                        {
                            "place": 1,
                            "tied": False,
                            "institution": {"id": 1, "key": "A", "title": "甲局", "title_en": None},
                            "kind": "党政机关",
                            "kind_en": "Government",
                            "value": "412.306",
                            "completeness": 0.9972,
                            "estimated": False,
                        }
                    ],
                    "apart": [
                        {
                            "institution": {"id": 2, "key": "B", "title": "乙馆", "title_en": None},
                            "kind": "场馆",
                            "kind_en": "Venue",
                            "value": None,
                            "completeness": 1.0,
                            "reason": {
                                "code": "CW-N1001",
                                "zh": "2026-01-01 起没有用能人数",
                                "en": "no head count from 2026-01-01",
                            },
                        }
                    ],
                }
            ]
        },
    )

    key: FigureKey
    title: str
    title_en: str
    unit: str
    ranked_total: int
    apart_total: int
    ranked: list[Ranked]
    apart: list[Apart]


class Rankings(Schema):
    """Rankings of one period by one or more figures."""

    period: str
    title: str
    start: str
    end: str
    floor: Share
    rankings: list[Ranking]


class Extreme(Schema):
    """The smallest or largest power, and when."""

    at: str
    value: float


class CurveSeries(Schema):
    """Power over time; a None value is a hole: nothing is known there.

    `readings`: the power a meter told; `ledger`: mean power of booked hours or days; `both`: a sum of such.
    """

    key: str
    title: str
    title_en: str | None
    unit: str
    source: Literal["readings", "ledger", "both"]
    at: list[str]
    values: list[float | None]
    completeness: list[Share | None]
    total_completeness: Share | None
    min: Extreme | None
    max: Extreme | None


class Curves(Schema):
    """Load curves with at most `max_points` points each; every minimum and maximum of a pixel is kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "start": "2026-03-02T00:00:00+08:00",
                    "end": "2026-03-03T00:00:00+08:00",
                    "step_s": 60,
                    "pixel_s": 43200,
                    "series": [
                        {
                            "key": "total",
                            "title": "合计",
                            "title_en": "Total",
                            "unit": "kW",
                            "source": "readings",
                            "at": ["2026-03-02T02:00:00+08:00", "2026-03-02T10:00:00+08:00"],
                            "values": [1.5, 9.25],
                            "completeness": [1.0, 1.0],
                            "total_completeness": 0.5,
                            "min": {"at": "2026-03-02T02:00:00+08:00", "value": 1.5},
                            "max": {"at": "2026-03-02T10:00:00+08:00", "value": 9.25},
                        }
                    ],
                }
            ]
        },
    )

    start: str
    end: str
    step_s: int = Field(description="逐点相加所用的时间步长")
    pixel_s: int = Field(description="每个像素的时长")
    series: list[CurveSeries]
