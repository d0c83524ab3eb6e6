"""A counter's line: the steps between its standing readings, which of them are booked, and why not. Pure."""

from typing import Literal, NamedTuple

import numpy as np

from civicwatt_cloud.timeseries.ledger.counter.facts import Facts
from civicwatt_cloud.timeseries.ledger.counter.plausibility import (
    Known,
    Remembered,
    Rises,
    judge,
    whole_rate,
)
from civicwatt_cloud.timeseries.ledger.counter.splice import Series, doubted
from civicwatt_cloud.timeseries.stores.readings import Bools, Ints

Kind = Literal["fall", "jump", "glitch", "form"]
FALL, JUMP, FORM, THIN = 1, 2, 3, 4  # Steps.kind; 0 and THIN are booked


class Held(NamedTuple):
    """A step that is not booked: a fall, a rise that nothing explains, a reading or form contradicted."""

    ts_us: int  # of the reading after the step, or of what is contradicted
    kind: Kind
    before_micro: int  # the last reading that stands; of a form the old meter's counter
    after_micro: int  # of a form the new meter's
    rate: int = 0  # of a rise [micro/h]


class Steps(NamedTuple):
    """What lies between neighbouring elements of a line, in columns."""

    start_us: Ints
    end_us: Ints
    rise: Ints  # micro, never negative; a counter that rolled over rises through its span
    kind: Ints  # 0: it is booked, else why not, or THIN

    @property
    def counts(self) -> Bools:
        """Which are booked."""
        booked: Bools = (self.kind == 0) | (self.kind == THIN)
        return booked

    @property
    def rises(self) -> Rises:
        """What each step is to the plausibility of the others."""
        return Rises.of(self.end_us, self.rise, self.end_us - self.start_us)


def steps_of(line: Series, facts: Facts, remembered: Remembered, known: Known) -> tuple[Steps, Bools]:
    """The steps of a line, and which of them the elements given are too few to judge."""
    rise, rolled = _rolled(line, np.diff(line.value), facts)
    kind = np.where(rise < 0, FALL, 0)
    in_doubt = doubted(line)
    kind[in_doubt[1:] | in_doubt[:-1]] = FORM
    steps = Steps(line.ts_us[:-1], line.ts_us[1:], np.where(kind == 0, rise, 0), kind)
    judged = judge(steps.rises, remembered, known)
    # What a person says of the counter is not judged.
    is_said = np.isin(steps.end_us, list(facts.confirmed))
    is_said |= line.is_replacement[1:] | line.is_replacement[:-1]
    asked = (kind == 0) & ~is_said
    kind[asked & judged.is_thin] = THIN
    wrong = asked & judged.is_implausible
    kind[wrong] = np.where(rolled[wrong], FALL, JUMP)  # it fell, and did not roll over either
    return steps, judged.is_undecided


def _rolled(line: Series, step: Ints, facts: Facts) -> tuple[Ints, Bools]:
    """Steps with the counter's span added where it fell and has one, and which these are."""
    rolled = np.zeros(len(step), np.bool_)
    if not facts.rollovers:
        return step, rolled
    since = np.array([one.from_us for one in facts.rollovers], np.int64)
    spans = np.array([0, *(one.span for one in facts.rollovers)], np.int64)
    span = spans[np.searchsorted(since, line.ts_us[1:], side="right")]
    shown = line.value[1:] - line.offset[:-1]
    rolled = (step < 0) & (step + span >= 0) & (shown < span)
    return np.where(rolled, step + span, step), rolled


def held_in(series: Series, stands: Bools, line: Series, steps: Steps) -> list[Held]:
    """Steps that are not booked, forms in doubt, and the readings that do not stand, by time.

    The values are those that the meters showed.
    """
    ts, shown = line.ts_us, line.value - line.offset
    rates = whole_rate(steps.rises.rate)
    held = []
    for i in np.flatnonzero((steps.kind == FALL) | (steps.kind == JUMP)).tolist():
        kind: Kind = "fall" if steps.kind[i] == FALL else "jump"
        after = int(line.value[i + 1] - line.offset[i])
        held.append(Held(int(ts[i + 1]), kind, int(shown[i]), after, int(rates[i])))
    for i in np.flatnonzero(doubted(line)).tolist():
        held.append(Held(int(ts[i]), "form", int(line.value[i] - line.offset[i - 1]), int(shown[i])))
    for i in np.flatnonzero(~stands).tolist():
        before = max(int(np.searchsorted(ts, series.ts_us[i])) - 1, 0)
        after = int(series.value[i] - series.offset[i])
        held.append(Held(int(series.ts_us[i]), "glitch", int(shown[before]), after))
    return sorted(held)


def thin_in(steps: Steps) -> list[int]:
    """Times of the readings after rises that are booked though little explains them."""
    found: list[int] = steps.end_us[steps.kind == THIN].tolist()
    return found
