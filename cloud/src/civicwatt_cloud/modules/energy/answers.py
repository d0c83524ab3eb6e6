"""What the energy core answers other modules: whether a repair helped, and for how long an equipment ran."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.energy_events import METER_SILENT, Check, Question, Ran, answers
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, HeldStep, LedgerHour
from civicwatt_protocols.quantity import MICRO, format_micro

HOUR_S = 3600
EXPLAINABLE = ("fall", "jump", "form")


@answers("before_after")
def before_after(session: Session, question: Question) -> Check:
    """Whether readings come again, or held values were explained."""
    if _is_dirty(session, question):
        return Check("unknown", "台账尚在重算", "the books are being computed", {})
    if question.event == METER_SILENT:
        return _silence(session, question)
    return _held(session, question)


@answers("ran")
def ran(session: Session, point_ids: Sequence[int], from_us: int, to_us: int) -> Ran | None:
    """Hours in which one of the counters used energy, and the sum of all [kWh]."""
    found = session.execute(
        select(func.count(LedgerHour.hour.distinct()), func.sum(LedgerHour.micro)).where(
            LedgerHour.point_id.in_(point_ids),
            LedgerHour.hour >= from_us // HOUR_US,
            LedgerHour.hour < to_us // HOUR_US,
            LedgerHour.micro > 0,
        )
    ).one()
    return Ran(found[0], int(found[1]) // MICRO) if found[0] else None


def _silence(session: Session, question: Question) -> Check:
    """The share of the time that readings cover, in the whole hours before and after."""
    first = -(-question.fixed_us // HOUR_US)
    last = question.now_us // HOUR_US
    start = question.began_us // HOUR_US
    if last - first < question.least_hours:
        zh = f"修复后只有 {max(0, last - first)} 个整点小时，至少需要 {question.least_hours} 个"
        en = f"{max(0, last - first)} whole hours since the repair; {question.least_hours} are needed"
        return Check("unknown", zh, en, {})
    before = _covered(session, question.point_ids, start, max(first, start + 1))
    after = _covered(session, question.point_ids, first, last)
    figures = {
        "before": f"{before:.4f}",
        "after": f"{after:.4f}",
        "unit": "1",
        "hours_after": str(last - first),
    }
    figures["kwh_after"] = _kwh(session, question.point_ids, first, last)
    zh, en = (
        f"数据覆盖率由 {before:.1%} 到 {after:.1%}",
        f"readings cover {after:.1%} of the time, {before:.1%} before",
    )
    return Check("effective" if after >= Decimal(question.least_covered) else "ineffective", zh, en, figures)


def _held(session: Session, question: Question) -> Check:
    """How many steps of the counter still wait for somebody to explain them."""
    steps = select(func.count()).select_from(HeldStep)
    steps = steps.where(HeldStep.point_id.in_(question.point_ids), HeldStep.kind.in_(EXPLAINABLE))
    left = (
        session.scalar(steps.where(HeldStep.ts_us >= question.began_us, HeldStep.ts_us < question.now_us))
        or 0
    )
    figures = {"before": "1", "after": str(left), "unit": "held steps"}
    if left:
        return Check("ineffective", f"仍有 {left} 步未入账", f"{left} steps are still not booked", figures)
    return Check("effective", "未入账的读数已全部确认", "every held value was explained", figures)


def _covered(session: Session, point_ids: Sequence[int], start: int, end: int) -> Decimal:
    """Of all the points' seconds in [start, end) hours, the share between two readings."""
    totals = ledger.totals(session, "hour", point_ids, start, end)
    whole = len(point_ids) * (end - start) * HOUR_S
    return Decimal(sum(total.covered_s for total in totals.values())) / whole


def _kwh(session: Session, point_ids: Sequence[int], start: int, end: int) -> str:
    totals = ledger.totals(session, "hour", point_ids, start, end)
    return format_micro(sum(total.micro for total in totals.values()))


def _is_dirty(session: Session, question: Question) -> bool:
    ranges = select(DirtyRange.id).where(
        DirtyRange.point_id.in_(question.point_ids), DirtyRange.hour_to > question.began_us // HOUR_US
    )
    return session.scalar(ranges.limit(1)) is not None
