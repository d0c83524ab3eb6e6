"""Replacement forms 换表单: taken when the readings do not contradict them, then part of the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.business_time import SECOND_US, date_of, iso
from civicwatt_cloud.kit.numbering import next_number
from civicwatt_cloud.timeseries.consumption import GLITCH_READINGS, standing_in
from civicwatt_cloud.timeseries.ledger import counters_of, mark_dirty, replacements
from civicwatt_cloud.timeseries.models import ReplacementForm
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.readings import Ints, ReadingsStore
from civicwatt_cloud.timeseries.replacement_errors import (
    AnotherReplacement,
    NewInitialTooHigh,
    OldFinalTooLow,
    ReadingsRunOn,
    ReplacementInFuture,
)
from civicwatt_cloud.timeseries.splice import Replacement, Series, spliced
from civicwatt_cloud.timeseries.steps import around, step_of
from civicwatt_protocols.quantity import format_micro

KIND = "HB"  # 换表
DAY_US = 24 * 3600 * SECOND_US
LOOK_BACK_US = 32 * DAY_US  # how far a step is looked for when no moment is given [engineering default]
AHEAD_US = 300 * SECOND_US  # a gateway's clock may lead by as much [engineering default]
_REACHES = (DAY_US, LOOK_BACK_US, 200 * 366 * DAY_US)  # far enough to meet readings on both sides


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody says: counters [micro], the moment if known, why."""

    point: int
    old_final: int
    new_initial: int
    at_us: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a form is taken with: one transaction, the readings, the business zone and time, who enters it."""

    session: Session
    store: ReadingsStore
    zone: ZoneInfo
    now_us: int
    who: str

    def enter(self, entry: Entry) -> tuple[ReplacementForm, bool]:
        """The form for these facts, and whether it is new; the same facts again give the same form.

        Without a moment it is the one where the readings step; where they do not yet, it is now. The hours
        around it are booked afresh. Errors: ReplacementRefused.
        """
        if (same := _same(self.session, entry)) is not None:
            return same, False
        form = Replacement(self._moment(entry), entry.old_final, entry.new_initial)
        self._check(entry.point, form)
        row = ReplacementForm(
            form_number=next_number(self.session, KIND, date_of(self.now_us, self.zone).year),
            point_id=entry.point,
            at_us=form.at_us,
            old_final_micro=form.old_final,
            new_initial_micro=form.new_initial,
            reason=entry.reason,
            entered_by=self.who,
            entered_us=self.now_us,
        )
        self.session.add(row)
        mark_dirty(self.session, np.array([entry.point], np.int32), np.array([form.at_us], np.int64))
        self._note(row)
        return row, True

    def _note(self, row: ReplacementForm) -> None:
        meter = self.session.get_one(Point, row.point_id)
        after = {
            "form_number": row.form_number,
            "at": iso(row.at_us, self.zone),
            "measure": meter.measure,
            "old_final": format_micro(row.old_final_micro),
            "new_initial": format_micro(row.new_initial_micro),
            "reason": row.reason,
        }
        deed = audit.Deed("replacement_entered", f"{meter.gateway}/{meter.device}", None, after)
        audit.note(self.session, self.who, deed)

    def _moment(self, entry: Entry) -> int:
        """The moment given, else the middle of the step that the counters explain, else now."""
        if entry.at_us is not None:
            return entry.at_us
        line = self._line(entry.point, max(0, self.now_us - LOOK_BACK_US), self.now_us + DAY_US)
        step = step_of(line, Replacement(self.now_us, entry.old_final, entry.new_initial))
        if step is None:
            return self.now_us
        middle = (step[0].at_us + step[1].at_us) // 2
        return max(middle // SECOND_US * SECOND_US, step[0].at_us + 1)

    def _check(self, point: int, form: Replacement) -> None:
        """Refuse a form that cannot be: by the clock, by another form, by the readings."""
        at = self._clock(form.at_us)
        if form.at_us > self.now_us + AHEAD_US:
            raise ReplacementInFuture("at", at=at)
        if (other := self._of_moment(point, form.at_us)) is not None:
            raise AnotherReplacement(
                "at",
                at=at,
                form_number=other.form_number,
                old_final=format_micro(other.old_final_micro),
                new_initial=format_micro(other.new_initial_micro),
            )
        line = self._around(point, form.at_us)
        forms = replacements(self.session, [point]).get(point, [])
        before, after = around(line, forms, form.at_us)
        if before is not None and before.micro > form.old_final:
            raise OldFinalTooLow(
                "old_final",
                old_final=format_micro(form.old_final),
                reading=format_micro(before.micro),
                at=self._clock(before.at_us),
            )
        if after is not None and after.micro < form.new_initial:
            raise NewInitialTooHigh(
                "new_initial",
                new_initial=format_micro(form.new_initial),
                reading=format_micro(after.micro),
                at=self._clock(after.at_us),
            )
        if before and after and form.is_doubtful(before, after):
            step = step_of(line, form)
            times = [self._clock(one.at_us) for one in step or ()]
            raise ReadingsRunOn(
                "at",
                at=at,
                before=format_micro(before.micro),
                after=format_micro(after.micro),
                hint_zh="，读数的跳变在 {} 与 {} 之间".format(*times) if times else "",
                hint=": the readings step between {} and {}".format(*times) if times else "",
            )

    def _clock(self, t_us: int) -> str:
        """A moment as people of the business zone read it."""
        return iso(t_us, self.zone)[:19].replace("T", " ")

    def _of_moment(self, point: int, at_us: int) -> ReplacementForm | None:
        row = ReplacementForm
        return self.session.scalar(select(row).where(row.point_id == point, row.at_us == at_us))

    def _around(self, point: int, at_us: int) -> Series:
        """What stands around the moment, far enough to tell what was shown last before and first after it."""
        reach, *farther = _REACHES
        while True:
            line = self._line(point, max(0, at_us - reach), at_us + reach)
            before = int(np.searchsorted(line.ts_us, at_us))
            is_after = len(line.ts_us) - before > GLITCH_READINGS or at_us + reach > self.now_us
            if not farther or (before > GLITCH_READINGS and is_after):
                return line
            reach, *farther = farther

    def _line(self, point: int, t0_us: int, t1_us: int) -> Series:
        """Readings and replacements of a stretch, as far as they stand."""
        nothing: Ints = np.zeros(0, np.int64)
        ts_us, micro = counters_of(self.store.scan([point], t0_us, t1_us)).get(point, (nothing, nothing))
        series = spliced(ts_us, micro, replacements(self.session, [point]).get(point, []))
        return series.part(standing_in(series))


def forms(session: Session, points: Sequence[int], start_us: int, end_us: int) -> list[ReplacementForm]:
    """The forms of these points with start <= at < end, by time."""
    at = ReplacementForm.at_us
    query = select(ReplacementForm).where(ReplacementForm.point_id.in_(points), at >= start_us, at < end_us)
    return list(session.scalars(query.order_by(at, ReplacementForm.form_number)))


def _same(session: Session, entry: Entry) -> ReplacementForm | None:
    """The form that says this already; without a moment the counters alone tell."""
    query = select(ReplacementForm).where(
        ReplacementForm.point_id == entry.point,
        ReplacementForm.old_final_micro == entry.old_final,
        ReplacementForm.new_initial_micro == entry.new_initial,
    )
    if entry.at_us is not None:
        query = query.where(ReplacementForm.at_us == entry.at_us)
    return session.scalars(query.order_by(ReplacementForm.at_us.desc())).first()
