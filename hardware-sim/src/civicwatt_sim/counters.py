"""Exact counters: int64 micro units (1 kWh or 1 m³ = 1,000,000), linear inside a step."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from civicwatt_sim.steps import STEP_US, STEPS_PER_BLOCK, start_us

Counts = NDArray[np.int64]


Increments = Callable[[int], Counts]  # block → the consumption of each of its steps [micro]


class Counter:
    """A register that stands at `base` when the step `first` starts and never falls.

    The sums up to each step are kept and grow by whole blocks when a later instant is asked for.
    """

    def __init__(self, first: int, base: int, increments: Increments) -> None:
        self._first = first
        self._increments = increments
        self._next_block = first // STEPS_PER_BLOCK
        self._sums: Counts = np.array([base], dtype=np.int64)

    def increments(self, t0_us: int, t1_us: int) -> Counts:
        """Consumption of every step that starts in [t0, t1) [micro]."""
        low = self._index(t0_us + STEP_US - 1)
        high = max(self._index(t1_us + STEP_US - 1), low)
        return np.diff(self._reach(high)[low : high + 1])

    def at(self, t_us: int) -> int:
        """The counter at an instant [micro]; `base` before the meter was installed."""
        step = self._index(t_us)
        sums = self._reach(step + 1)
        start, end = int(sums[step]), int(sums[step + 1])
        return start + (end - start) * max(0, t_us - start_us(self._first + step)) // STEP_US

    def during(self, t_us: int) -> int:
        """The increment of the step that holds an instant [micro]; 0 before the installation."""
        if t_us < start_us(self._first):
            return 0
        step = self._index(t_us)
        sums = self._reach(step + 1)
        return int(sums[step + 1] - sums[step])

    def at_each(self, t_us: Counts) -> Counts:
        """The counter at many instants [micro]."""
        if not len(t_us):
            return np.zeros(0, np.int64)
        since = np.maximum(t_us - start_us(self._first), 0)
        step, within = np.divmod(since, STEP_US)
        sums = self._reach(int(step.max()) + 1)
        start = sums[step]
        # 1,000 kW for a quarter hour in micro units times a step in µs is 2.3e17: int64 holds it
        inside: Counts = (sums[step + 1] - start) * within // STEP_US
        return start + inside

    def _index(self, t_us: int) -> int:
        return max(0, (t_us - start_us(self._first)) // STEP_US)

    def _reach(self, step: int) -> Counts:
        if step >= len(self._sums):
            parts = []
            grown = len(self._sums)
            while grown <= step:
                part = self._increments(self._next_block)
                skip = max(0, self._first - self._next_block * STEPS_PER_BLOCK)
                parts.append(part[skip:])
                grown += len(parts[-1])
                self._next_block += 1
            more = np.cumsum(np.concatenate(parts)) + self._sums[-1]
            self._sums = np.concatenate([self._sums, more])
        return self._sums
