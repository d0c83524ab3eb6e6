"""A certification's score: measured items from figures, the others from answers with their documents.

What is missing is named and never a silent zero: an item without an answer, points that are claimed without a
document, a figure that cannot be computed.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from msgspec.structs import replace
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, region_prefix
from civicwatt_cloud.kit.files.models import Attachment
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.certification import measuring, rules, schemes
from civicwatt_cloud.modules.certification.choices import Kind
from civicwatt_cloud.modules.certification.errors import NoScheme
from civicwatt_cloud.modules.certification.measuring import Mean, Measured
from civicwatt_cloud.modules.certification.models import Answer, Certification, OwnItem, OwnScheme
from civicwatt_cloud.modules.certification.rules import Gap, Judged
from civicwatt_cloud.modules.certification.schemes import Item, Scheme
from civicwatt_cloud.timeseries.figures.reasons import Reason

CENTI = 100
MISSING = Reason("CW-N1901", "尚未填报", "not answered")
NO_EVIDENCE = Reason("CW-N1902", "缺少证明材料，所报分值不计", "no document: the points do not count")
HELD = ("awarded", "rectifying")
Own = TypeVar("Own", OwnScheme, OwnItem)


class Line(NamedTuple):
    """An item with its points, and what they rest on."""

    item: Item
    points: Decimal | None
    reason: Reason | None = None  # why there are none
    answer: Answer | None = None
    files: int = 0
    measured: Measured | None = None
    mean: Mean | None = None
    is_given: bool = False  # in full by another award


class Score(NamedTuple):
    """A score as it comes to now."""

    scheme: Scheme
    lines: list[Line]
    judged: Judged
    gaps: list[Gap]


def scheme_of(session: Session, row: Certification) -> Scheme:
    """The scheme of a certification with the installation's own items. Errors: NoScheme."""
    owner = session.get_one(Institution, row.owner_id)
    every = {one.name: one for one in available(session, owner)}
    found = every.get(f"{row.kind}@{row.version}")
    if found is None:
        kind = Kind(row.kind)
        raise NoScheme(kind_zh=kind.zh, kind=kind.en, version=row.version or "—")
    return found


def available(session: Session, owner: Institution) -> list[Scheme]:
    """The schemes as they hold for an institution: shipped ones, and those of whoever lies above it."""
    heads = _above(session.scalars(select(OwnScheme).order_by(OwnScheme.id)), session, owner)
    items = _above(session.scalars(select(OwnItem).order_by(OwnItem.id)), session, owner)
    every = dict(schemes.shipped())
    for head in map(_head, heads):
        ours = every.get(head.name)
        every[head.name] = replace(head, section=ours.section, item=ours.item) if ours else head
    return [
        one.with_items(_item(own) for own in items if (own.kind, own.version) == (one.kind, one.version))
        for one in every.values()
    ]


def score(context: Context, row: Certification) -> Score:
    """The score of now: from the ledger, the directory and the answers as they are."""
    session = context.session
    scheme = scheme_of(session, row)
    owner = session.get_one(Institution, row.owner_id)
    answers = {one.item: one for one in answers_of(session, row)}
    files = _files(session, [one.id for one in answers.values()])
    is_measured = any(one.figure for one in scheme.item)
    figures = measuring.year(context, owner, row.year) if is_measured else None
    lines = []
    for item in scheme.item:
        if item.full_with and _holds(session, owner.id, item.full_with):
            lines.append(Line(item, item.points, is_given=True))
        elif item.figure and figures:
            lines.append(_measured(item, figures.of[owner.id][item.figure], figures.means[item.figure]))
        else:
            answer = answers.get(item.key)
            lines.append(_declared(item, answer, files.get(answer.id, 0) if answer else 0))
    points = {one.item.key: one.points for one in lines}
    return Score(scheme, lines, rules.judged(scheme, points), rules.gaps(scheme, points))


def answers_of(session: Session, row: Certification) -> list[Answer]:
    """What was said of its items."""
    query = select(Answer).where(Answer.certification_id == row.id, Answer.removed_us.is_(None))
    return list(session.scalars(query.order_by(Answer.id)))


def frozen(score: Score) -> str:
    """A score as JSON, as it was handed in."""
    return json.dumps(
        {
            "scheme": score.scheme.name,
            "score": str(score.judged.score),
            "outcome": score.judged.outcome.value,
            "items": {one.item.key: None if one.points is None else str(one.points) for one in score.lines},
            "figures": {
                one.item.key: {
                    "value": told(one.measured.value),
                    "mean": told(one.mean.value),
                    "peers": one.mean.peers,
                }
                for one in score.lines
                if one.measured and one.mean
            },
        },
        ensure_ascii=False,
    )


def told(value: Fraction | Reason | None) -> str | None:
    """A value with six decimals; none where it is not known."""
    return f"{float(value):.6f}" if isinstance(value, Fraction) else None


def why(score: Score) -> tuple[str, str]:
    """Why a score does not pass, in Chinese and English."""
    veto = [one.item for one in score.lines if one.item.key in score.judged.vetoes]
    open_ = [one.item for one in score.lines if one.item.key in score.judged.unanswered]
    unlisted = score.scheme.unlisted
    zh = [f"★或必备条件未达到：{'、'.join(one.title for one in veto)}"] if veto else []
    en = [f"★ or condition failed: {', '.join(one.title_en for one in veto)}"] if veto else []
    if open_:
        zh.append(f"尚无结果：{'、'.join(one.title for one in open_)}")
        en.append(f"not answered: {', '.join(one.title_en for one in open_)}")
    if unlisted is None or unlisted > 0:
        zh.append("评价标准条目未配置齐全")
        en.append("items of the scheme are not configured")
    return "；".join(zh) or "未达到合格分", "; ".join(en) or "below the pass mark"


def _measured(item: Item, figure: Measured, mean: Mean) -> Line:
    if isinstance(figure.value, Reason):
        return Line(item, None, figure.value, measured=figure, mean=mean)
    if isinstance(mean.value, Reason):
        return Line(item, None, mean.value, measured=figure, mean=mean)
    return Line(item, rules.banded(figure.value, mean.value, item.bands), measured=figure, mean=mean)


def _declared(item: Item, answer: Answer | None, files: int) -> Line:
    if answer is None or answer.claimed is None:
        return Line(item, None, MISSING, answer, files)
    points = Decimal(answer.claimed) / CENTI
    if points and not files and not answer.document:
        return Line(item, None, NO_EVIDENCE, answer, files)
    return Line(item, points, None, answer, files)


def _holds(session: Session, institution: int, kind: str) -> bool:
    query = select(Certification.id).where(
        Certification.owner_id == institution,
        Certification.kind == kind,
        Certification.state.in_(HELD),
        Certification.removed_us.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def _files(session: Session, answers: list[int]) -> dict[int, int]:
    query = (
        select(Attachment.record_id, func.count())
        .where(
            Attachment.entity == "certification_answer",
            Attachment.record_id.in_(answers),
            Attachment.removed_us.is_(None),
        )
        .group_by(Attachment.record_id)
    )
    return dict(session.execute(query).all())


def _above(rows: Iterable[Own], session: Session, owner: Institution) -> list[Own]:
    """Those of institutions whose region holds the owner."""
    found = []
    for one in rows:
        whose = session.get_one(Institution, one.owner_id)
        if one.removed_us is None and owner.path.startswith(region_prefix(whose.region_code)):
            found.append(one)
    return found


def _head(one: OwnScheme) -> Scheme:
    return Scheme(
        kind=one.kind,
        version=one.version,
        title=one.title,
        title_en=one.title,
        valid_from=one.valid_from,
        source=one.source,
        status="local",
        total=Decimal(one.total) / CENTI,
        pass_mark=Decimal(one.pass_mark) / CENTI,
    )


def _item(one: OwnItem) -> Item:
    return Item(
        key=one.item,
        section=one.section,
        title=one.title,
        title_en=one.title,
        points=Decimal(one.points) / CENTI,
        star=one.star,
        is_condition=one.is_condition,
    )
