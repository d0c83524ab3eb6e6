"""One case for what belongs together: findings of one subject that overlap or follow each other closely."""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

GAP_H = 48  # [engineering default] quiet hours that do not end a case: a weekend between two bad days


class Spotted(NamedTuple):
    """A finding where it counts: which meter or building, which hours [start, end), what it is worth."""

    subject: Hashable
    start_h: int
    end_h: int
    kind: str
    worth: float  # yuan, or what stands for it; deviations add up
    confidence: float


class Case(NamedTuple):
    """What one person looks at once."""

    subject: Hashable
    start_h: int
    end_h: int
    kind: str  # of the finding that is worth most
    worth: float
    confidence: float  # that at least one of the findings is right, were they independent
    findings: tuple[Spotted, ...]


def cases(found: Iterable[Spotted], gap_h: int = GAP_H) -> list[Case]:
    """Findings joined by subject; the order they come in does not matter."""
    joined: list[list[Spotted]] = []
    for one in sorted(found, key=lambda spotted: (str(spotted.subject), *spotted[1:])):
        last = joined[-1] if joined else None
        if last and last[0].subject == one.subject and one.start_h <= max(s.end_h for s in last) + gap_h:
            last.append(one)
        else:
            joined.append([one])
    return [_case(together) for together in joined]


def _case(together: list[Spotted]) -> Case:
    doubt = 1.0
    for one in together:
        doubt *= 1.0 - one.confidence
    return Case(
        subject=together[0].subject,
        start_h=together[0].start_h,
        end_h=max(one.end_h for one in together),
        kind=max(together, key=lambda one: (abs(one.worth), one.kind)).kind,
        worth=sum(one.worth for one in together),
        confidence=1.0 - doubt,
        findings=tuple(together),
    )
