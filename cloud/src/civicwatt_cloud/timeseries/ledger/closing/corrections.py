"""Corrections 更正单 of closed months: what was reported changes only when a person says so.

The books leave a closed month as it is. Where its recomputed value differs they propose a correction; at
most one is open for a point and month, and it always holds the newest value. Approved, the month is dirty
and open for one recompute; rejected, the same value is not proposed again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.numbering import next_number
from civicwatt_cloud.timeseries.ledger.closing.errors import (
    AlreadyDecided,
    NobodySaid,
    NoSuchCorrection,
)
from civicwatt_cloud.timeseries.ledger.closing.models import Correction
from civicwatt_cloud.timeseries.ledger.marks import mark_hours
from civicwatt_cloud.timeseries.ledger.models import LedgerMonth
from civicwatt_cloud.timeseries.ledger.months import hours_of_month
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.stores.readings import Ints
from civicwatt_protocols.quantity import format_micro

KIND = "GZ"  # 更正


class State(StrEnum):
    """What became of a correction."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # the recomputed value came back to the reported one

    @property
    def zh(self) -> str:
        """In Chinese."""
        return {"proposed": "待审", "approved": "已批准", "rejected": "已驳回", "withdrawn": "已撤回"}[self]


class Sum(NamedTuple):
    """A month of a point: consumption, covered seconds, Quality.code; all 0 where there is no row."""

    micro: int
    covered_s: int
    quality: int


class Finding(NamedTuple):
    """What the whole recompute of a closed month of a point gives, and why it may differ."""

    point: int
    month: int
    value: Sum
    causes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides on a correction, when, why; `settled` [micro] where it is a person's own value."""

    who: str
    now_us: int
    reason: str
    settled: int | None = None


def propose(session: Session, found: Finding, now_us: int, zone: ZoneInfo) -> Correction | None:
    """Keep the one correction of a closed month up to date with what its whole recompute gives.

    None: there is nothing to decide, because the value is the reported one, or was rejected before.
    """
    point, month, recomputed, causes = found
    row = session.get(LedgerMonth, (point, month))
    reported = Sum(row.micro, row.covered_s, row.quality) if row else Sum(0, 0, 0)
    last = session.scalar(
        select(Correction)
        .where(Correction.point_id == point, Correction.month == month)
        .order_by(Correction.proposed_us.desc(), Correction.number.desc())
        .limit(1)
    )
    is_open = last is not None and last.state == State.PROPOSED
    if recomputed[:2] == reported[:2]:
        if last is not None and is_open:
            last.state = State.WITHDRAWN
        return None
    if last is not None and is_open:
        _say(last, recomputed, [*json.loads(last.causes), *causes])
        return last
    decided = last is not None and last.state in (State.REJECTED, State.APPROVED)
    if last is not None and decided and _recomputed(last)[:2] == recomputed[:2]:
        return None  # rejected before, or settled to another value than the readings'
    new = Correction(
        number=next_number(session, KIND, date_of(now_us, zone).year),
        point_id=point,
        month=month,
        state=State.PROPOSED.value,
        reported_micro=reported.micro,
        reported_covered_s=reported.covered_s,
        reported_quality=reported.quality,
        proposed_us=now_us,
    )
    _say(new, recomputed, causes)
    session.add(new)
    session.flush()
    return new


def _recomputed(row: Correction) -> Sum:
    return Sum(row.recomputed_micro, row.recomputed_covered_s, row.recomputed_quality)


def _say(row: Correction, recomputed: Sum, causes: Iterable[str]) -> None:
    row.recomputed_micro, row.recomputed_covered_s, row.recomputed_quality = recomputed
    row.causes = json.dumps(list(dict.fromkeys(causes)), ensure_ascii=False)


def approve(session: Session, number: str, decision: Decision, zone: ZoneInfo) -> Correction:
    """Let the ledger take the new value: the month is dirty, and open until `applied`.

    Errors: NoSuchCorrection, AlreadyDecided, NobodySaid.
    """
    row = _decide(session, number, decision, State.APPROVED)
    row.settled_micro = decision.settled
    mark_hours(session, [(row.point_id, *hours_of_month(row.month, zone))])
    return row


def reject(session: Session, number: str, decision: Decision) -> Correction:
    """Keep the reported value. Errors: as of approve."""
    return _decide(session, number, decision, State.REJECTED)


def _decide(session: Session, number: str, decision: Decision, state: State) -> Correction:
    """Errors: NoSuchCorrection, AlreadyDecided, NobodySaid."""
    row = session.get(Correction, number, with_for_update=True)
    if row is None:
        raise NoSuchCorrection(number=number)
    if row.state != State.PROPOSED:
        was = State(row.state)
        raise AlreadyDecided(number=number, by=row.decided_by or "—", state=was.value, state_zh=was.zh)
    if not decision.who.strip() or not decision.reason.strip():
        raise NobodySaid()
    row.state = state.value
    row.decided_by, row.decided_us, row.reason = decision.who, decision.now_us, decision.reason
    before: dict[str, object] = {"value": format_micro(row.reported_micro), "month": row.month}
    value = row.recomputed_micro if decision.settled is None else decision.settled
    after: dict[str, object] = {"value": format_micro(value), "state": state, "reason": decision.reason}
    if decision.settled is not None:
        after["settled"] = True
    audit.note(session, decision.who, Deed("correction_decided", number, before, after))
    return row


def reopened(session: Session, points: Iterable[int]) -> dict[int, set[int]]:
    """By point, the closed months that an approved correction has opened for one recompute.

    Read it together with what is dirty, and pass it to `applied` when those months are booked.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for row in session.scalars(_open(list(points))):
        found[row.point_id].add(row.month)
    return dict(found)


def applied(session: Session, point: int, months: Iterable[int], now_us: int) -> None:
    """The ledger has taken the approved values of these months: they are closed again."""
    for row in session.scalars(_open([point]).where(Correction.month.in_(list(months)))):
        row.applied_us = now_us


def settled(session: Session, points: Iterable[int]) -> dict[tuple[int, int], int]:
    """By point and month, the value [micro] that a person settled; the newest approved correction counts."""
    found: dict[tuple[int, int], int | None] = {}
    query = select(Correction).where(
        Correction.point_id.in_(list(points)), Correction.state == State.APPROVED
    )
    for row in session.scalars(query.order_by(Correction.decided_us, Correction.number)):
        found[row.point_id, row.month] = row.settled_micro
    return {key: micro for key, micro in found.items() if micro is not None}


def settle(weights: Ints, total: int) -> Ints:
    """A settled total over all intervals of its month: as their weights are, evenly where these say nothing.

    The first n intervals hold ⌊total · Σ weights of them / Σ weights⌋, so all add up to the total exactly.
    """
    parts = np.maximum(weights, 0).astype(object)
    if not parts.sum():
        parts = np.ones(len(weights), object)
    running = np.cumsum(parts) * total // parts.sum()
    micro: Ints = np.diff(running, prepend=0).astype(np.int64)
    return micro


CORRECTED = Quality.CORRECTED.code  # of every interval of a settled month, wholly covered


def _open(points: Sequence[int]) -> Select[Correction]:
    """Approved corrections that the ledger has not taken yet."""
    return select(Correction).where(
        Correction.point_id.in_(points),
        Correction.state == State.APPROVED,
        Correction.applied_us.is_(None),
    )
