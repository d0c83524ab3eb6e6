"""A workflow as it is declared: `from --event[roles; guard]--> to`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.fields import Field
from civicwatt_cloud.kit.roles import Role


@dataclass(frozen=True, slots=True)
class State:
    """Where a record stands."""

    key: str
    zh: str
    en: str
    is_final: bool = False
    is_editable: bool = False  # its fields may still be changed by a form


class Step(NamedTuple):
    """What a guard and an effect are told."""

    record: Any
    said: Mapping[str, Any]  # the transition's own form, parsed
    context: Context

    @property
    def session(self) -> Session:
        """The transaction of the step."""
        return self.context.session

    @property
    def actor(self) -> Actor:
        """Who takes it."""
        return self.context.actor

    @property
    def now_us(self) -> int:
        """Business time, UTC µs."""
        return self.context.now_us

    @property
    def today(self) -> date:
        """The business day."""
        return self.context.today


@dataclass(frozen=True)
class Transition:
    """One arrow. The guard raises a RuleViolation; the effect runs in the transaction of the step."""

    event: str
    zh: str  # the verb on the button
    en: str
    sources: tuple[str, ...]
    target: str
    roles: frozenset[Role]
    level: Level | None = None  # the grant's node must be of this level or above
    form: Mapping[str, Field] = field(default_factory=dict)
    required: frozenset[str] = frozenset()  # of the form
    guard: Callable[[Step], None] | None = None
    effect: Callable[[Step], None] | None = None
    is_applicants: bool = False  # only who began it may take it: submit, recall
    by_another: bool = False  # whoever took an earlier step of it may not: applicant ≠ approver


@dataclass(frozen=True)
class Workflow:
    """States and arrows; the first state is where a record begins."""

    states: tuple[State, ...]
    transitions: tuple[Transition, ...]

    @property
    def first(self) -> State:
        """Where a record begins."""
        return self.states[0]

    def state(self, key: str) -> State:
        """The state of that key. Errors: KeyError."""
        return {one.key: one for one in self.states}[key]

    def leaving(self, state: str) -> list[Transition]:
        """The arrows that leave a state, in the order in which they are declared."""
        return [one for one in self.transitions if state in one.sources]

    def goes_on(self, arrow: Transition, source: str) -> bool:
        """Whether what stands there waits for whoever may take the arrow.

        An applicant may recall what others decide: it waits for them, not for him. What has come to its end
        can be taken up again, but waits for nobody except its applicant.
        """
        if arrow.is_applicants:
            return self.leaving(source)[0] is arrow
        return not self.state(source).is_final
