"""Replacement forms 换表单: taken when the readings do not contradict them, then part of the books."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.business_time import DAY_US, SECOND_US, date_of, iso
from civicwatt_cloud.kit.numbering import next_number
from civicwatt_cloud.timeseries.ledger.counter.consumption import micro_of
from civicwatt_cloud.timeseries.ledger.counter.glitches import GLITCH_READINGS, standing
from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement, Series, Shown, spliced
from civicwatt_cloud.timeseries.ledger.counter.steps import around, most_plausible, step_of
from civicwatt_cloud.timeseries.ledger.facts.errors import (
    AnotherReplacement,
    BeforeFirstReading,
    NewInitialTooHigh,
    OldFinalTooHigh,
    OldFinalTooLow,
    ReadingsRunOn,
    ReplacementInFuture,
)
from civicwatt_cloud.timeseries.ledger.facts.known import replacements
from civicwatt_cloud.timeseries.ledger.facts.models import ReplacementForm
from civicwatt_cloud.timeseries.ledger.marks import mark_dirty
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import VALUE_LIMIT, ReadingsStore
from civicwatt_protocols.quantity import format_micro

KIND = "HB"  # 换表
LOOK_BACK_US = 32 * DAY_US  # how far steps are looked for and use is learnt from [engineering default]
AHEAD_US = 300 * SECOND_US  # a gateway's clock may lead by as much [engineering default]
Step = tuple[Shown, Shown]  # two neighbours
_REACHES = (DAY_US, LOOK_BACK_US, 200 * 366 * DAY_US)  # far enough to meet readings on both sides


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody says: counters [micro], the moment if known, why; confirmed: a high final is meant."""

    point: int
    old_final: int
    new_initial: int
    at_us: int | None = None
    reason: str = ""
    confirmed: bool = False


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
        step = self._step(entry)
        if (same := self._same(entry, step)) is not None:
            return same, False
        form = Replacement(self._moment(entry, step), entry.old_final, entry.new_initial)
        self._check(entry, form)
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
        self._note(row, entry)
        return row, True

    def _note(self, row: ReplacementForm, entry: Entry) -> None:
        meter = self.session.get_one(Point, row.point_id)
        after: dict[str, object] = {
            "form_number": row.form_number,
            "at": iso(row.at_us, self.zone),
            "measure": meter.measure,
            "old_final": format_micro(row.old_final_micro),
            "new_initial": format_micro(row.new_initial_micro),
            "reason": row.reason,
        }
        if entry.confirmed:
            after["confirmed"] = True
        deed = audit.Deed("replacement_entered", f"{meter.gateway}/{meter.device}", None, after)
        audit.note(self.session, self.who, deed)

    def _step(self, entry: Entry) -> Step | None:
        """Without a moment: the newest step that the counters explain."""
        if entry.at_us is not None:
            return None
        line = self._line(entry.point, max(0, self.now_us - LOOK_BACK_US), self.now_us + DAY_US)
        return step_of(line, Replacement(self.now_us, entry.old_final, entry.new_initial))

    def _same(self, entry: Entry, step: Step | None) -> ReplacementForm | None:
        """The form that says this already.

        Without a moment it is one of the same counters, unless they have stepped since: a counter rolls over
        at the same number each time.
        """
        at = ReplacementForm.at_us
        query = select(ReplacementForm).where(
            ReplacementForm.point_id == entry.point,
            ReplacementForm.old_final_micro == entry.old_final,
            ReplacementForm.new_initial_micro == entry.new_initial,
        )
        if entry.at_us is not None:
            query = query.where(at == entry.at_us)
        else:
            query = query.where(at > (step[0].at_us if step else self.now_us - LOOK_BACK_US))
        return self.session.scalars(query.order_by(at.desc())).first()

    def _moment(self, entry: Entry, step: Step | None) -> int:
        """The moment given, else the middle of the step, else now."""
        if entry.at_us is not None:
            return entry.at_us
        if step is None:
            return self.now_us
        middle = (step[0].at_us + step[1].at_us) // 2
        return max(middle // SECOND_US * SECOND_US, step[0].at_us + 1)

    def _check(self, entry: Entry, form: Replacement) -> None:
        """Refuse a form that cannot be: by the clock, by another form, by the readings."""
        point, at = entry.point, self._clock(form.at_us)
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
        if len(line.ts_us) and form.at_us <= line.ts_us[0]:
            raise BeforeFirstReading("at", at=at, first=self._clock(int(line.ts_us[0])))
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

        if before and not entry.confirmed:
            self._check_plausible(point, form, before)

    def _check_plausible(self, point: int, form: Replacement, before: Shown) -> None:
        """Refuse a final that lies beyond all that this counter's own use explains."""
        line = self._line(point, max(0, before.at_us - LOOK_BACK_US), form.at_us)
        most = most_plausible(line, form.at_us - before.at_us)
        step = form.old_final - before.micro
        if most is not None and step > most:
            raise OldFinalTooHigh(
                "old_final",
                old_final=format_micro(form.old_final),
                reading=format_micro(before.micro),
                at=self._clock(before.at_us),
                step=format_micro(step),
                most=format_micro(most),
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
        batch = self.store.scan([point], t0_us, t1_us)
        batch = batch.take(np.abs(batch.value) <= VALUE_LIMIT)
        forms = replacements(self.session, [point]).get(point, [])
        series = spliced(batch.ts_us, micro_of(batch.value), forms)
        return series.part(standing(series))
