"""Sums by group and step, in columns."""

from dataclasses import dataclass

import numpy as np

from civicwatt_cloud.timeseries.figures.steps import Ints
from civicwatt_cloud.timeseries.ledger.quality import Quality

UNCERTAIN = (Quality.CORRECTED, Quality.INTERPOLATED, Quality.ESTIMATED)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """By group and step. Where `rows` is 0 nothing is known."""

    micro: Ints
    covered_s: Ints
    expected_s: Ints
    worst: Ints  # Quality.code; -1 where nothing is known
    rows: Ints
    uncertain: dict[Quality, Ints]  # covered seconds that are not simply measured

    @classmethod
    def zero(cls, groups: int, steps: int) -> "Sums":
        """Nothing yet."""
        shape = (groups, steps)
        micro, covered_s, expected_s, rows = (np.zeros(shape, np.int64) for _ in range(4))
        uncertain = {quality: np.zeros(shape, np.int64) for quality in UNCERTAIN}
        return cls(micro, covered_s, expected_s, np.full(shape, -1, np.int64), rows, uncertain)

    def put(self, first: int, part: "Sums") -> None:
        """Take over the steps from place `first` on."""
        window = slice(first, first + part.micro.shape[1])
        for name in ("micro", "covered_s", "expected_s", "worst", "rows"):
            getattr(self, name)[:, window] = getattr(part, name)
        for quality, seconds in self.uncertain.items():
            seconds[:, window] = part.uncertain[quality]

    def by_quality(self) -> dict[Quality, Ints]:
        """Covered seconds of each quality that covers any, best first."""
        measured = self.covered_s - sum(self.uncertain.values())
        return {Quality.MEASURED: np.maximum(measured, 0), **self.uncertain}

    def whole(self) -> "Sums":
        """All steps as one."""
        return Sums(
            self.micro.sum(axis=1, keepdims=True),
            self.covered_s.sum(axis=1, keepdims=True),
            self.expected_s.sum(axis=1, keepdims=True),
            self.worst.max(axis=1, keepdims=True, initial=-1),
            self.rows.sum(axis=1, keepdims=True),
            {quality: seconds.sum(axis=1, keepdims=True) for quality, seconds in self.uncertain.items()},
        )

    @property
    def completeness(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Covered ÷ expected, rounded down to 4 decimals; NaN where nothing is expected."""
        return share(self.covered_s, self.expected_s)


def share(part_s: Ints, expected_s: Ints) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Part ÷ expected, at most 1, rounded down to 4 decimals; NaN where nothing is expected."""
    rounded = np.minimum(10_000, 10_000 * part_s // np.maximum(expected_s, 1)) / 10_000
    return np.where(expected_s > 0, rounded, np.nan)
