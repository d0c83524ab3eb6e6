"""Events: what happened, written down in the transaction in which it happened.

Modules do not import each other. One tells an event; another that must act in the same transaction says so
with `on`. Whoever may act later says so with `later`: the dispatcher (kit/outbox) hands on what is committed.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.records.choices import Sensitivity
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.record import Record

STAYS = "stays"  # among the facts: no hearer outside hears of it
Facts = Mapping[str, object]
Handler = Callable[[Context, Facts], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)


class Background(NamedTuple):
    """A function that hears of events afterwards."""

    key: str  # under which is kept what it has still to hear: a renamed function is another one
    name: str  # of the event
    handle: Handler


_background: list[Background] = []


class Event(Base):
    """One thing that happened; `told_us` is when it was handed on to all who hear of it later."""

    __tablename__ = "event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    facts: Mapped[str]  # JSON object
    at_us: Mapped[int] = mapped_column(BigInteger)
    told_us: Mapped[int | None] = mapped_column(BigInteger, index=True)


def on(name: str) -> Callable[[Handler], Handler]:
    """Let a function hear of an event in the very transaction; what it raises undoes the whole."""

    def kept(handler: Handler) -> Handler:
        _handlers[name].append(handler)
        return handler

    return kept


def later(name: str) -> Callable[[Handler], Handler]:
    """Let a function hear of an event afterwards, in a transaction of its own; what it raises is tried again.

    It hears of each at least once, and of those of an institution (`owner_id` of the facts) in their order.
    """

    def kept(handler: Handler) -> Handler:
        key = f"{handler.__module__}.{handler.__name__}".removeprefix("civicwatt_cloud.")
        _background.append(Background(key, name, handler))
        return handler

    return kept


def background() -> tuple[Background, ...]:
    """All that hear later."""
    return tuple(_background)


def tell(context: Context, name: str, facts: Facts, about: Record | None = None) -> None:
    """Write an event down and let those hear that act in the same transaction.

    `about` whose record it is: what happens to one that is marked 不联网 is told to nobody outside.
    """
    if about is not None and about.sensitivity == Sensitivity.OFFLINE:
        facts = {**facts, STAYS: True}
    text = json.dumps(facts, ensure_ascii=False)
    context.session.add(Event(name=name, facts=text, at_us=real_now_us()))
    for handler in _handlers[name]:
        handler(context, facts)
