"""How well a period's consumption is known."""

from enum import StrEnum


class Quality(StrEnum):
    """Quality of an interval, best first; `code` is what the tables store, so that max() is the worst."""

    MEASURED = "measured"  # read at both ends
    CORRECTED = "corrected"  # settled by a person, with a document
    INTERPOLATED = "interpolated"  # the total is read, its place in time is linear
    ESTIMATED = "estimated"  # the total itself is a model's
    MISSING = "missing"  # not known; never stored, said where there is no row

    @property
    def code(self) -> int:
        """0 (measured) to 4 (missing): the higher, the worse."""
        return _ORDER.index(self)

    @classmethod
    def from_code(cls, code: int) -> "Quality":
        """The quality that `code` stands for."""
        return _ORDER[code]


_ORDER = tuple(Quality)
