"""Ratios, roll-overs and confirmed rises as a person enters them: facts of a counter from a moment on."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.facts.errors import AnotherFact, BadFactor, NothingHeld
from civicwatt_cloud.timeseries.ledger.facts.models import ConfirmedRise, RatioChange, RolloverSpan
from civicwatt_cloud.timeseries.ledger.marks import mark_all_dirty
from civicwatt_cloud.timeseries.ledger.models import HeldStep
from civicwatt_cloud.timeseries.ledger.numbers import exact
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import VALUE_LIMIT
from civicwatt_protocols.quantity import format_micro, to_micro


@dataclass(frozen=True, slots=True)
class Said:
    """Who says something, when [business time], and why."""

    who: str
    now_us: int
    reason: str


def enter_ratio(session: Session, point: Point, from_us: int, factor: str, said: Said) -> None:
    """From a moment on the counter's differences are multiplied; what was before stays.

    The same again changes nothing. Errors: BadFactor, AnotherFact.
    """
    value = _positive(factor)
    known = session.get(RatioChange, (point.id, from_us))
    if known is None:
        session.add(RatioChange(point_id=point.id, from_us=from_us, factor=str(value), **_entered(said)))
        _note(session, point, said, from_us, Deed("ratio_entered", "", None, {"factor": str(value)}))
    elif Decimal(known.factor) != value:
        raise AnotherFact(at=_at(from_us), known=known.factor)


def enter_rollover(session: Session, point: Point, from_us: int, span: str, said: Said) -> None:
    """From a moment on the counter begins again at 0 at its span. Errors: BadFactor, AnotherFact."""
    micro = to_micro(_positive(span))
    known = session.get(RolloverSpan, (point.id, from_us))
    if known is None:
        session.add(RolloverSpan(point_id=point.id, from_us=from_us, span_micro=micro, **_entered(said)))
        _note(session, point, said, from_us, Deed("rollover_entered", "", None, {"span": span}))
    elif known.span_micro != micro:
        raise AnotherFact(at=_at(from_us), known=format_micro(known.span_micro))


def confirm_rise(session: Session, point: Point, ts_us: int, said: Said) -> None:
    """A held rise is real, and is booked. Errors: NothingHeld."""
    if session.get(ConfirmedRise, (point.id, ts_us)) is not None:
        return
    held = session.get(HeldStep, (point.id, ts_us))
    if held is None or held.kind != "jump":
        raise NothingHeld(at=_at(ts_us))
    session.add(ConfirmedRise(point_id=point.id, ts_us=ts_us, **_entered(said)))
    values = {"before": format_micro(held.before_micro), "after": format_micro(held.after_micro)}
    _note(session, point, said, ts_us, Deed("rise_confirmed", "", None, values))


def _entered(said: Said) -> dict[str, Any]:
    return {"reason": said.reason, "entered_by": said.who, "entered_us": said.now_us}


def _note(session: Session, point: Point, said: Said, at_us: int, deed: Deed) -> None:
    """Write it into the audit, and have the hours from then on booked afresh."""
    after = {**(deed.after or {}), "measure": point.measure, "at": _at(at_us), "reason": said.reason}
    audit.note(session, said.who, deed._replace(subject=f"{point.gateway}/{point.device}", after=after))
    mark_all_dirty(session, [point.id], hour_from=max(0, at_us // HOUR_US))


def _positive(text: str) -> Decimal:
    value = exact(text)
    if value is None or not 0 < value <= VALUE_LIMIT:
        raise BadFactor(text=text)
    return value


def _at(at_us: int) -> str:
    return f"{np.datetime64(at_us, 'us')}Z"
