"""What a plant's yield against its reference tells: outage, a lost string, soiling.

The reference is what the plant should have given in each hour: from the irradiance in its plane, from a sky
model (expected.py), or from plants under the same sky. Only its shape matters; a constant factor falls out.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers

# [engineering defaults]
BRIGHT = 0.15  # of the largest hour of the reference: below it little can be said
BRIGHT_HOURS = 4  # that a day must have, with a reading
CLEAR = 0.7  # of the best days about it: a day's reference that counts as clear
ABOUT_DAYS = 15  # on either side, within which days are compared
STEADY = 0.12  # spread of a clear day's hours about its ratio: more is shade or broken cloud
DEAD = 0.02  # of the reference: an hour with less gives nothing
DEAD_HOURS = 3  # in a row
AFTER = 5  # clear days that show a loss
BEFORE, LEAST_BEFORE = 15, 5  # clear days it is compared with, at most and at least
LOST = 0.08  # of the yield: what a step must lose; one string of twelve
SURE = 4.0  # spreads of a mean that a step must exceed
SOIL_DAYS = 16  # clear days of steady decline
SOIL_LOST = 0.03  # over them
STEADILY = 4.0  # times the usual distance from the line that the decline must be
FRESH = 0.5  # of a decline comes back at once when rain or a hand cleans the modules


class Kind(StrEnum):
    """What is suspected."""

    OUTAGE = "outage"
    STRING_LOSS = "string_loss"
    SOILING = "soiling"


@dataclass(frozen=True, slots=True)
class Hint:
    """A suspicion: days from `first` to `last` (numbers of rows), both with it; found on day `found`."""

    kind: Kind
    first: int
    last: int
    found: int
    lost_share: float  # of what it would have given
    lost: float  # in the unit of the yield, from first to last


def hints(generated: Numbers, reference: Numbers) -> list[Hint]:
    """All hints, by their first day; generated, reference: shape (days, hours), NaN = missing."""
    dead = outages(generated, reference)
    gone = np.zeros(len(generated), np.bool_)
    for one in dead:
        gone[one.first : one.last + 1] = True
    ratio, clear = daily(generated, reference)
    clear &= ~gone
    found = dead + losses(ratio, clear, _gave(generated, reference, ratio))
    return sorted(found, key=lambda one: (one.first, one.kind))


def daily(generated: Numbers, reference: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """Of each day the ratio to the reference over bright hours (NaN: too few), and whether it was clear."""
    bright = (reference > BRIGHT * _top(reference)) & ~np.isnan(generated)
    hours = bright.sum(axis=1)
    should = np.where(bright, reference, 0.0)
    gave = np.where(bright, generated, 0.0)
    total = should.sum(axis=1)
    ratio = np.where(hours >= BRIGHT_HOURS, gave.sum(axis=1) / np.where(total > 0, total, np.nan), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(bright, np.abs(gave / (should * ratio[:, None]) - 1.0), 0.0)
    unsteady = apart.sum(axis=1) / np.maximum(hours, 1)
    full = np.where(np.isnan(reference), 0.0, reference).sum(axis=1)
    best = np.array([full[max(0, n - ABOUT_DAYS) : n + ABOUT_DAYS + 1].max() for n in range(len(full))])
    clear = ~np.isnan(ratio) & (full >= CLEAR * best) & ~(unsteady > STEADY)
    return ratio, clear


def outages(generated: Numbers, reference: Numbers) -> list[Hint]:
    """Days with at least DEAD_HOURS bright hours in a row that gave nothing, joined where they touch."""
    bright = reference > BRIGHT * _top(reference)
    dead = bright & (generated < DEAD * reference)
    longest = np.zeros(len(dead), np.int64)
    run = np.zeros(len(dead), np.int64)
    for hour in range(dead.shape[1]):
        run = np.where(dead[:, hour], run + 1, 0)
        longest = np.maximum(longest, run)
    out = longest >= DEAD_HOURS
    sound = bright & ~dead & ~np.isnan(generated)
    usual = float(np.median(generated[sound] / reference[sound])) if sound.any() else 0.0
    edges = np.diff(np.concatenate([[False], out, [False]]).astype(np.int8))
    spans = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    return [_outage(dead, reference * usual, int(start), int(end) - 1) for start, end in spans]


def _outage(dead: NDArray[np.bool_], should: Numbers, first: int, last: int) -> Hint:
    rows = slice(first, last + 1)
    missed = float(np.where(dead[rows], should[rows], 0.0).sum())
    whole = float(np.nansum(should[rows]))
    return Hint(Kind.OUTAGE, first, last, first, missed / whole if whole else 0.0, missed)


def losses(ratio: Numbers, clear: NDArray[np.bool_], gave: Numbers) -> list[Hint]:
    """Steps and declines of the ratio over clear days; ratio, clear and the yield of shape (days,)."""
    days = np.flatnonzero(clear)
    found: list[Hint] = []
    start = 0  # of the clear days that are compared: after a step, those after it
    place = LEAST_BEFORE + AFTER - 1
    while place < len(days):
        hint = _step(ratio, days[max(start, place - AFTER - BEFORE + 1) : place + 1])
        hint = hint or _decline(ratio, days[max(start, place - SOIL_DAYS + 1) : place + 1])
        if hint is None:
            place += 1
            continue
        kind, first, share = hint
        last = _until(ratio, days, place, share)
        rows = slice(first, last + 1)
        before = days[days < first][-LEAST_BEFORE:]
        usual = float(np.median(ratio[before])) if len(before) else np.nan
        missing = np.clip(usual / ratio[rows] - 1.0, 0.0, None)
        lost = float(np.nansum(gave[rows] * np.where(np.isnan(missing), share / (1.0 - share), missing)))
        found.append(Hint(kind, int(first), int(last), int(days[place]), share, lost))
        start = int(np.searchsorted(days, last, side="right"))
        start = start if kind is Kind.SOILING else start - AFTER
        start = max(start, place - AFTER + 1)
        place = start + LEAST_BEFORE + AFTER - 1
    return found


def _step(ratio: Numbers, window: NDArray[np.int64]) -> tuple[Kind, int, float] | None:
    """A loss between one clear day and the next that has stayed for AFTER clear days."""
    if len(window) < LEAST_BEFORE + AFTER:
        return None
    before, after = ratio[window[:-AFTER]], ratio[window[-AFTER:]]
    usual, now = float(np.median(before)), float(np.median(after))
    spread = 1.4826 * float(np.median(np.abs(before - usual)))  # of a normal distribution, from its quartiles
    lost = 1.0 - now / usual if usual > 0 else 0.0
    sure = usual - now > SURE * spread / np.sqrt(AFTER)
    halfway = (usual + now) / 2
    at_once = float(after.max()) < halfway < float(before[-LEAST_BEFORE:].min())
    if lost < LOST or not sure or not at_once:
        return None
    return Kind.STRING_LOSS, int(window[-AFTER]), lost


def _decline(ratio: Numbers, window: NDArray[np.int64]) -> tuple[Kind, int, float] | None:
    """A steady decline over SOIL_DAYS clear days, by the median of their slopes (Theil and Sen)."""
    if len(window) < SOIL_DAYS:
        return None
    values, days = ratio[window], window.astype(np.float64)
    rise = np.subtract.outer(values, values)[np.triu_indices(len(values), 1)]
    apart = np.subtract.outer(days, days)[np.triu_indices(len(values), 1)]
    slope = float(np.median(rise / apart))
    over = -slope * float(days[-1] - days[0])
    rest = values - slope * days
    rest -= np.median(rest)
    steady = float(np.median(np.abs(rest))) < over / STEADILY
    lost = over / (float(values[0] - rest[0]))
    if lost < SOIL_LOST or not steady or float(np.sum(rest**2)) > _best_step(values):
        return None
    return Kind.SOILING, int(window[0]), lost


def _best_step(values: Numbers) -> float:
    """Sum of squares about the two levels that suit best."""
    return min(
        float(
            np.sum((values[:at] - values[:at].mean()) ** 2) + np.sum((values[at:] - values[at:].mean()) ** 2)
        )
        for at in range(1, len(values))
    )


def _until(ratio: Numbers, days: NDArray[np.int64], place: int, share: float) -> int:
    """The last day before half of the loss has come back; the last day known, where it has not."""
    now = float(np.median(ratio[days[max(0, place - 1) : place + 1]]))
    back = now * (1.0 + FRESH * share / (1.0 - share))
    for later in days[place + 1 :]:
        if ratio[later] > back:
            return int(later) - 1
    return len(ratio) - 1


def _gave(generated: Numbers, reference: Numbers, ratio: Numbers) -> Numbers:
    """A day's yield as it came, or from its reference where readings are missing."""
    usual = float(np.nanmedian(ratio)) if not np.isnan(ratio).all() else 0.0
    gave = np.where(np.isnan(generated), reference * usual, generated)
    return np.asarray(np.nansum(gave, axis=1))


def _top(values: Numbers) -> float:
    return float(np.max(np.where(np.isnan(values), 0.0, values), initial=0.0))
