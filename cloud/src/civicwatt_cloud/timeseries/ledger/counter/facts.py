"""What people have said of a counter: dated facts that its readings alone do not tell. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement


class Ratio(NamedTuple):
    """From a moment on, differences of the counter are multiplied by this (CT and PT); 1 before the first."""

    from_us: int
    factor: Fraction


class Rollover(NamedTuple):
    """From a moment on, the counter begins again at 0 when it reaches `span` [micro]."""

    from_us: int
    span: int


class Facts(NamedTuple):
    """All of one counter, each kind by time."""

    replacements: Sequence[Replacement] = ()
    ratios: Sequence[Ratio] = ()
    rollovers: Sequence[Rollover] = ()
    confirmed: frozenset[int] = frozenset()  # UTC µs of readings after a rise that a person says is real


NO_FACTS = Facts()
