"""Creations of the demo city: invented, one certified, one that a ★ item fails, one that cannot be rated.

The items that were not found are invented here, and say so.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.directory import Denominator, DenominatorKind, Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.certification import jobs, scoring
from civicwatt_cloud.modules.certification.entities import CERTIFICATION, CREATION, ITEM
from civicwatt_cloud.modules.certification.models import Certification

ASPECTS = {
    "2023": (
        ("组织管理与制度建设", 2000),
        ("绿色办公", 2000),
        ("生活垃圾分类", 1500),
        ("反食品浪费", 1500),
        ("设施设备应用与管理", 1500),
        ("宣传教育", 1500),
    ),
    "2020": tuple(
        (title, 1000)
        for title in (
            "推行绿色行动",
            "财务和接待管理",
            "公务用车",
            "办公用房",
            "生活垃圾分类",
            "制止餐饮浪费",
            "宣传教育",
        )
    ),
}
WAY: Mapping[str, tuple[int, Mapping[str, object]]] = {  # days ago, and what is said
    "score": (58, {}),
    "check": (56, {"check_note": "材料齐全，数据属实"}),
    "visit": (52, {"expert_score": "91.5", "visit_note": "现场核验一致，室温 26.3 ℃"}),
    "publicise": (50, {}),
    "award": (35, {}),
}


def fill(context: Context, city: Sequence[Institution]) -> None:
    """Items, and three institutions on their way."""
    for version, aspects in ASPECTS.items():
        for number, (title, points) in enumerate(aspects):
            said = {"kind": "frugal_organ", "version": version, "item": f"local_{number}", "title": title}
            fixed = {"section": "本地条目", "points": points, "source": "演示数据（虚构分值）"}
            registry.add(context, ITEM, city[0].id, said | fixed)
    last_year = (context.today - timedelta(days=70)).year - 1
    certified = _declare(context, city[0], kind="frugal_organ", version="2023", year=last_year)
    _answer(context, certified, {})
    for event, (days, words) in WAY.items():
        _take(_ago(context, days), certified, event, words)
    failing = _declare(context, city[1], kind="frugal_organ", version="2020", year=last_year)
    _answer(context, failing, {"targets_met": 0})
    _take(context, failing, "score", {})
    counted = select(Denominator.subject_id).where(Denominator.kind == DenominatorKind.HEAD_COUNT)
    known = set(context.session.scalars(counted))
    lacking = next((one for one in city if one.id not in known), city[-1])
    _declare(context, lacking, kind="model_unit", version="2011", year=context.today.year)
    jobs.unratable(context)


def _declare(context: Context, owner: Institution, **said: object) -> Certification:
    early = _ago(context, 60)
    row: Certification = registry.add(early, CERTIFICATION, owner.id, {"grade": "city", **said})
    steps.begin(early, CERTIFICATION, row)
    _take(early, row, "plan", {"plan": "成立专班，逐项对照标准整改（演示）"})
    return row


def _answer(context: Context, row: Certification, but: Mapping[str, int]) -> None:
    for number, one in enumerate(scoring.answers_of(context.session, row), 1):
        one.claimed, one.document = but.get(one.item, one.most), f"佐证材料{number:02d}（虚构）"
    context.session.flush()


def _take(context: Context, row: Certification, event: str, said: Mapping[str, object]) -> None:
    arrow = next(one for one in CREATION.leaving(row.state) if one.event == event)
    steps.apply(context, CERTIFICATION, row, arrow, said)


def _ago(context: Context, days: int) -> Context:
    return context._replace(now_us=context.now_us - days * DAY_US)
