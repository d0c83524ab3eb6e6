"""What the energy core tells the administrative modules, and what they may ask it. Neither imports the other.

The core tells `energy.meter_silent` and `energy.value_held`, once for each occasion, with the facts below;
`energy.anomaly` is told when somebody makes an anomaly a ticket. Who repairs something asks `before_after`
when it is done and tells `energy.repaired`, and asks `ran` how long an equipment ran.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypedDict

from sqlalchemy.orm import Session

METER_SILENT = "energy.meter_silent"
VALUE_HELD = "energy.value_held"
ANOMALY = "energy.anomaly"
REPAIRED = (
    "energy.repaired"  # facts: subject, owner_id, fixed_us, result: a repair of one of these was closed
)


class Facts(TypedDict):
    """Of each event; hours of the evidence in ISO 8601, kWh as decimal strings."""

    subject: str  # gateway/gw-01/3, point/17, held/17, anomaly/5: what it is about
    owner_id: int  # the institution whose meter it is
    point_ids: list[int]
    name: str  # of the meter, as people know it
    since_us: int  # UTC µs
    reason_zh: str
    reason_en: str
    evidence: list[list[str]]  # the newest rows: hour, kWh, covered share; or what the counter showed


class Question(NamedTuple):
    """Whether a repair helped; instants in UTC µs."""

    event: str  # which of the events it was
    point_ids: Sequence[int]
    began_us: int  # when the trouble began
    fixed_us: int  # when the repair was finished
    now_us: int
    least_hours: int  # whole hours after the repair that an answer needs
    least_covered: str  # the share of them that readings must cover


class Check(NamedTuple):
    """What the core says; an unknown outcome says why."""

    outcome: Literal["effective", "ineffective", "unknown"]
    zh: str
    en: str
    figures: dict[str, str]  # before, after, their unit, and what they were made from


class Ran(NamedTuple):
    """What counters booked since a day; None: they booked nothing."""

    hours: int
    kwh: int


_NOBODY = Check(
    "unknown", "能源平台没有接入，无法对比", "no energy core is connected: nothing to compare", {}
)
_answers: dict[str, Callable[..., Any]] = {}


def answers(question: str, event: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function answer `before_after` (of one event, where it is named) or `ran`."""

    def kept(function: Callable[..., Any]) -> Callable[..., Any]:
        _answers[f"{question}/{event}" if event else question] = function
        return function

    return kept


def before_after(session: Session, question: Question) -> Check:
    """Whether a repair helped, with figures."""
    usual = _answers.get("before_after", lambda *_: _NOBODY)
    answer: Callable[[Session, Question], Check] = _answers.get(f"before_after/{question.event}", usual)
    return answer(session, question)


def ran(session: Session, point_ids: Sequence[int], from_us: int, to_us: int) -> Ran | None:
    """For how many hours counters used energy, and how much; None: nobody knows."""
    answer: Callable[[Session, Sequence[int], int, int], Ran | None] = _answers.get("ran", lambda *_: None)
    return answer(session, point_ids, from_us, to_us)
