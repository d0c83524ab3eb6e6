"""The live detector: each value is judged from itself and the past only, for many meters at once.

What a meter shows is compared with what days of its class and days that went like this one led to expect.
Each departure (of the hour, of the step from the hour before, of the last 8 and 24 hours) is measured by
what that same departure came to on the meter's own past days, so that a wild meter is judged more widely
than a calm one. Runs of equal values, zeros and negative values are judged by how seldom they are here.
A score of 1 is the threshold. What is judged anomalous does not teach, until it has become the new normal.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.anomalies.expected import Expected
from civicwatt_cloud.analysis.anomalies.past import DAYS, HOURS, Flags, Past, extremes, from_top
from civicwatt_cloud.analysis.anomalies.runs import Runs
from civicwatt_cloud.analysis.anomalies.today import Row, Today
from civicwatt_cloud.analysis.arrays import Numbers

THRESHOLD = 1.0

# [engineering default] each: set on simulated buildings, on none of those that are held out
# what an hour's departure is made of: from the day class, from days that went like this one, from all days
HOUR_PARTS = np.array([0.05, 0.15, 0.2, 0.6])
WINDOW_PARTS = np.array([0.05, 0.4, 0.35, 0.2])
CONTEXT = 6.0  # scales: a value that other days had at this hour is at most so far from its own class
# of the load: less counts in proportion; in a single hour, and in a window
MATERIAL_HOUR, MATERIAL = 0.5, 0.35
SWINGS = 1.0  # or of the meter's usual range, where that is less
EARLY_DAYS = 14.0  # until then a departure is measured by the meter's typical value too
INSIDE = 0.4  # a value between those that this hour of the day had is less strange
BIAS_H, BIAS_SHARE, BIAS_MOST = 36.0, 0.6, 0.4  # a departure of the last days is expected to last in part
CARRIED = 0.6  # of an hour's departure is expected in the next hour too
WINDOWS_H = (8.0, 24.0)
ACTIVE_H, ACTIVE = 6.0, 0.3  # a window counts while hours of the last quarter of a day departed
SEEN = 0.4  # of a departure counts in a window where the hour was seen so on other days
MOST = 8.0  # scales that one hour can add to a window
QUIET = 0.965  # of the past days had a smaller largest departure: two days in eight weeks had a larger one
ABOVE_QUIET = 1.15  # a departure this many times that of a restless day is an anomaly
OPENED = 1.6  # times the quiet top: what the opening of an anomaly teaches of how wild the meter is
PRIOR_TOP = np.array([5.5, 5.5, 3.0, 2.2])  # the same of a meter of which nothing is known [scales]
LEAST_TOP = np.array([4.0, 4.0, 1.9, 1.3])
PRIOR_TOP_DAYS = 10.0
RANGE_LOW, RANGE_HIGH = np.log(2.5), np.log(2.0)  # below or above all that was seen, by this factor
APART = 6.0  # scales between a day off and a working day, where an hour tells them apart
OFF_DAY_H, WORKED = 6.0, 0.72  # after eight hours of a full working day's load: 0.74
MEMORY_H = 4.0
CALM_ROWS, CALM_SCALES, CALM = 3, 1.0, 0.45  # or when so many rows in a row are as expected
WINDOW_ROWS = [3, 4]  # of all that is compared: what remembers the last hours
CLOSE_AT = 0.45  # an anomaly is over when the scores of the last hours have fallen to this
REVERSED_SHARE = 0.8  # of a day's rows negative: no habit
RESTLESS_DAYS, RESTLESS_OF = 4, 14  # days with an anomaly: what comes so often teaches, as a season does
# a meter that had more than one alarm a fortnight is judged more strictly by so much for each
STRICT_OF, STRICT_FREE, STRICTER, STRICT_MOST = 28, 1.0, 0.4, 6.0
MILD_RANGE = 0.7
HABIT_H, MILD = 48.0, 3.0  # an anomaly that lasts longer and is no wilder teaches
SHORT_GAP = 3  # missing rows that an anomaly goes on over
# the order of rows, above and below the threshold: how rough the last days were
ROUGH_H = 100.0
ROUGH_PARTS = np.array([0.1, 0.1, 0.0, 0.35])
RAW_SHARE, RAW_MOST = 0.3, 3.0
WEEK_END = 6
RELEARN_DAYS, RELEARN_SHARE = 12, 0.65


class Why(IntEnum):
    """What raised the score of a row the most."""

    NOTHING = 0
    HOUR = 1
    STEP = 2
    SHORT = 3  # the last 8 hours
    DAY = 4  # the last 24 hours
    RANGE = 5
    RUN = 6
    NEGATIVE = 7
    OFF_DAY = 8  # a day off that looks like a working day
    AFTER = 9  # an anomaly that is not over yet


class Judged(NamedTuple):
    """What is said of one row of each meter."""

    score: Numbers
    why: NDArray[np.int8]
    expected: Numbers


class Detector:
    """Judges rows in the order of time; `step` once for each row of all meters."""

    def __init__(self, meters: int) -> None:
        self.meters = meters
        self.past = Past(meters)
        self.quiet = np.repeat(PRIOR_TOP[:, None], meters, axis=1)
        self.low, self.high = np.full(meters, np.nan), np.full(meters, np.nan)
        self.days_known = np.zeros(meters)
        self.expect = Expected(meters)
        self.runs = Runs(meters)
        self.day: int | None = None
        self.tops = np.full((len(PRIOR_TOP), meters, DAYS), np.nan)
        self.flagged_share = np.full((meters, DAYS), np.nan)
        self.mean = np.zeros((len(WINDOWS_H), meters))
        self.weight = np.zeros((len(WINDOWS_H), meters))
        self.before = np.zeros(meters)
        self.recent = np.zeros(meters)
        self.open = np.zeros(meters, np.bool_)
        self.was_open = np.zeros(meters, np.bool_)
        self.bias = np.zeros(meters)
        self.lasting, self.calm = np.zeros(meters), np.zeros(meters)
        self.restless = np.zeros(meters, np.bool_)
        self.openings = np.zeros((meters, DAYS))
        self.strict = np.ones(meters)
        self.worked = np.zeros(meters)
        self.active = np.zeros(meters)
        self.age = np.zeros(meters)  # rows since an anomaly opened
        self.rough = np.zeros(meters)
        self.blanks = np.zeros(meters)
        self.today = Today(meters, len(PRIOR_TOP))

    def step(
        self,
        day: int,
        hour: int,
        value: Numbers,
        temperature: Numbers | None = None,
        like: int | None = None,
    ) -> Judged:
        """Judge a row; `day` is the number of the civil day with 0 a Monday.

        `like`: the day of the week that a calendar says it is like (a holiday: 6), where one is known.
        """
        if day != self.day:
            self._begin(day, day % 7 if like is None else like)
        elif hour != self.today.hour and self.today.hour >= 0:
            self.expect.close(self.today.hour, self.today.value[:, self.today.hour])
        self.today.hour = hour
        expect = self.expect
        there = ~np.isnan(value)
        own = expect.own[:, hour]
        near = expect.near(hour, temperature) * (1.0 + BIAS_SHARE * self.bias)
        early = np.clip(1.0 - self.days_known / EARLY_DAYS, 0.0, 1.0) * np.nan_to_num(expect.typical)
        scale = np.maximum(expect.near_scale[:, hour], expect.floor(near)) + early
        z_own = (value - own) / (np.maximum(expect.own_scale[:, hour], expect.floor(own)) + early)
        z_near = (value - near) / scale
        usual = np.where(expect.inside(hour, value), INSIDE, 1.0)
        new = np.minimum(expect.nearest(hour, value) / scale, np.abs(z_near)) * np.sign(z_near)
        parts = np.nan_to_num(
            np.array(
                [
                    np.clip(z_own, -CONTEXT, 0),
                    np.clip(z_own, 0, CONTEXT),
                    np.clip(z_near, -CONTEXT, CONTEXT),
                    new,
                ]
            )
        )
        load = 0.75 * np.abs(near) + 0.25 * expect.typical
        load = np.fmin(load, SWINGS * np.maximum(expect.swing, expect.resolution)) + 1e-9
        material = np.minimum(np.nan_to_num(np.abs(value - near) / load) / MATERIAL_HOUR, 1.0)
        of_class = np.minimum(np.nan_to_num(np.abs(value - own) / load) / MATERIAL, 1.0)
        apart = self._departures(parts, (material * usual, of_class), there)
        ratios = apart / (ABOVE_QUIET * self.quiet * self.strict)
        run, negative, same = self.runs.step(hour, value)
        beyond = self._range(value)
        everything = np.vstack(
            [np.zeros(self.meters), ratios, self._range(value), run, negative, self._worked(value, there)]
        )
        everything = np.where(there, everything, 0.0)
        why = everything.argmax(0)
        raw = everything.max(0)
        at_once = np.where(there, np.delete(everything, WINDOW_ROWS, axis=0).max(0), 0.0)
        flagged = self._persist(raw, at_once, there)
        score = self._score(raw, parts, there, flagged)
        why = np.where(flagged & (raw < THRESHOLD), Why.AFTER, why)
        running = (why == Why.RUN) | (flagged & (value < 0))
        self.age = np.where(flagged, self.age + 1.0, 0.0)
        mild = (self.age > HABIT_H) & (raw < MILD) & (beyond < MILD_RANGE)
        often = self.restless & ((value > near) | (beyond < MILD_RANGE))
        row = Row(
            value=value,
            there=there,
            flagged=flagged,
            teaches=there & (~flagged | ((mild | often) & ~running)),
            opened=flagged & (self.restless | ~self.was_open),
            running=running,
            same=same,
            settled=flagged & (self.runs.length > HOURS),
            errors=(np.abs(value - own), np.abs(value - near)),
            apart=apart,
            temperature=temperature,
        )
        self.openings[:, day % DAYS] += flagged & ~self.was_open & ~running
        self.was_open = flagged
        off = np.nan_to_num((value - near) / np.maximum(np.abs(near), 0.25 * expect.typical + 1e-9))
        keep = np.where(there & ~flagged, np.exp(-1.0 / BIAS_H), 1.0)
        self.bias = keep * self.bias + (1 - keep) * np.clip(off, -BIAS_MOST, BIAS_MOST)
        self.today.note(row, OPENED * self.quiet)
        return Judged(score, why.astype(np.int8), np.where(np.isnan(near), own, near))

    def _departures(self, parts: Numbers, material: tuple[Numbers, Numbers], there: Flags) -> Numbers:
        z = np.where(there, HOUR_PARTS @ parts, 0.0)
        novel = SEEN + (1.0 - SEEN) * np.minimum(np.abs(parts[3]) / 3.0, 1.0)
        lasting = np.where(there, np.clip(WINDOW_PARTS @ parts * novel, -MOST, MOST), 0.0)
        self.lasting = lasting
        step = np.minimum(np.abs(z - CARRIED * self.before), 2.0 * np.abs(z))
        self.before = np.where(there, np.clip(z, -MOST, MOST), self.before * CARRIED)
        rows = [np.abs(z) * material[0], step * material[0]]
        keep = np.where(there, np.exp(-1.0 / ACTIVE_H), 1.0)
        self.active = keep * self.active + (1 - keep) * np.minimum(np.abs(lasting) / 2.0, 1.0)
        still = np.minimum(self.active / ACTIVE, 1.0)
        for number, hours in enumerate(WINDOWS_H):
            keep = np.where(there, np.exp(-1.0 / hours), 1.0)
            self.mean[number] = keep * self.mean[number] + (1 - keep) * lasting * material[1]
            rows.append(np.abs(self.mean[number]) * still)
        return np.array(rows)

    def _worked(self, value: Numbers, there: Flags) -> Numbers:
        """How much of a working day's load a day off has had for some hours."""
        hour, expect = self.today.hour, self.expect
        own, worked = expect.own[:, hour], expect.worked[:, hour]
        scale = np.maximum(expect.own_scale[:, hour], expect.floor(own))
        tells = there & (worked - own > APART * scale) & (expect.days[:, hour] >= EARLY_DAYS)
        share = np.clip(np.nan_to_num((value - own) / np.where(tells, worked - own, 1.0)), 0.0, 1.2)
        keep = np.where(tells, np.exp(-1.0 / OFF_DAY_H), np.where(there, np.exp(-1.0 / 24.0), 1.0))
        self.worked = keep * self.worked + np.where(tells, (1 - keep) * share, 0.0)
        return np.asarray(np.where(tells & (share > WORKED / 2), self.worked / WORKED, 0.0))

    def _range(self, value: Numbers) -> Numbers:
        """How far below or above all that was seen, in factors; 0 where the meter is often near zero."""
        slack = 0.02 * np.nan_to_num(self.expect.typical) + self.expect.resolution + 1e-9
        low = np.log((np.maximum(self.low, 0.0) + slack) / (np.maximum(value, 0.0) + slack)) / RANGE_LOW
        high = np.log((np.maximum(value, 0.0) + slack) / (np.maximum(self.high, 0.0) + slack)) / RANGE_HIGH
        beyond: Numbers = np.nan_to_num(np.maximum(low, high))
        return beyond / (1.0 + 5.0 / np.maximum(self.days_known, 0.5))

    def _persist(self, raw: Numbers, at_once: Numbers, there: Flags) -> Flags:
        """Which meters are in an anomaly: an anomaly lasts until the rows of some hours are calm."""
        keep = np.exp(-1.0 / MEMORY_H)
        self.recent = np.where(there, keep * self.recent + (1 - keep) * np.minimum(raw, 3.0), self.recent)
        self.blanks = np.where(there, 0.0, self.blanks + 1.0)
        quiet = (np.abs(self.lasting) < CALM_SCALES) & (at_once < CALM)
        self.calm = np.where(there, np.where(quiet, self.calm + 1.0, 0.0), self.calm)
        over = self.open & (self.calm >= CALM_ROWS)
        self.mean[:, over] = 0.0
        self.recent = np.where(over, 0.0, self.recent)
        raw = np.where(over, at_once, raw)
        self.open = (self.open & (self.recent >= CLOSE_AT) & (self.blanks <= SHORT_GAP)) | (raw >= THRESHOLD)
        return self.open & (there | (self.blanks <= SHORT_GAP))

    def _score(self, raw: Numbers, parts: Numbers, there: Flags, flagged: Flags) -> Numbers:
        """At and above 1 what is flagged, below it the rest, each ordered by now and by the last days."""
        keep = np.where(there, np.exp(-1.0 / ROUGH_H), 1.0)
        rough = np.where(there, np.minimum(ROUGH_PARTS @ np.abs(parts), MOST), 0.0)
        self.rough = keep * self.rough + (1 - keep) * rough
        soft = RAW_SHARE * np.minimum(raw, RAW_MOST) + self.rough
        return np.where(flagged, THRESHOLD + soft, np.where(there, soft / (1.0 + soft), 0.0))

    def _begin(self, day: int, weekday: int) -> None:
        if self.day is not None:
            self._learn(self.day)
            for skipped in range(max(self.day + 1, day - DAYS), day):
                self.past.clear(skipped % DAYS)
                self.tops[:, :, skipped % DAYS] = np.nan
                self.flagged_share[:, skipped % DAYS] = np.nan
                self.openings[:, skipped % DAYS] = 0.0
        self.today = Today(self.meters, len(PRIOR_TOP))
        self.openings[:, day % DAYS] = 0.0
        self.day = day
        self.runs.begin(self.past)
        self.expect.resolution = self.runs.resolution
        self.expect.begin(self.past, day, weekday)
        self.low = np.sort(self.past.lows, axis=1)[:, 1]  # the second: one low day is no habit
        highs, self.days_known = from_top(self.past.highs, 0.97)
        self.high = highs
        top, known = from_top(self.tops, QUIET)
        prior = PRIOR_TOP[:, None]
        blended = (known * np.nan_to_num(top) + PRIOR_TOP_DAYS * prior) / (known + PRIOR_TOP_DAYS)
        self.quiet = np.maximum(blended, LEAST_TOP[:, None])

    def _learn(self, day: int) -> None:
        """The day is over: what was not anomalous joins the past."""
        slot, past, today = day % DAYS, self.past, self.today
        past.clear(slot)
        past.taught[:, slot], past.seen[:, slot] = today.accepted, today.unrun
        past.error_own[:, slot], past.error_near[:, slot] = today.errors
        past.repeats[:, slot] = today.same
        blank = np.isnan(today.value)
        past.zeros[:, slot] = np.where(np.isnan(today.same), np.nan, today.value == 0)
        negative = today.value < 0  # a meter that exports is positive on the same days
        reversed_day = (negative.sum(1) > REVERSED_SHARE * today.rows) & (self.high > 0)
        past.negatives[:, slot] = np.where(blank | reversed_day[:, None], np.nan, negative)
        past.temperature[:, slot] = today.temperature
        past.lows[:, slot], past.highs[:, slot] = extremes(today.accepted)
        some = today.rows > 0
        past.steps[:, slot] = self.runs.step_today
        past.longest[:, :, slot] = np.where(some, self.runs.ended, np.nan)
        self.tops[:, :, slot] = today.top
        self.flagged_share[:, slot] = np.where(some, today.raised / np.maximum(today.rows, 1), np.nan)
        if day % 7 == WEEK_END:
            past.archive(day // 7)
        often = self.openings[:, (day - np.arange(STRICT_OF)) % DAYS].sum(1)
        self.strict = 1.0 + STRICTER * np.clip(often - STRICT_FREE, 0.0, STRICT_MOST)
        bad = np.nan_to_num(self.flagged_share[:, (day - np.arange(RESTLESS_OF)) % DAYS]) > 0
        self.restless = bad.sum(1) >= RESTLESS_DAYS
        last = self.flagged_share[:, (day - np.arange(RELEARN_DAYS)) % DAYS]
        lasting = np.nan_to_num(last).mean(1) >= RELEARN_SHARE
        past.relearn(lasting, day, RELEARN_DAYS)
        self.open &= ~lasting
        self.recent = np.where(lasting, 0.0, self.recent)
        self.mean[:, lasting] = 0.0
        self.flagged_share[lasting] = np.nan
