"""Events: what happened, written down in the transaction in which it happened.

Modules do not import each other. One tells an event; another that must act in the same transaction says so
with `on`; whoever may act later (notices, other systems) reads the table.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base
from civicwatt_cloud.kit.identity import real_now_us

if TYPE_CHECKING:
    from civicwatt_cloud.kit.records.registry import Context

Facts = Mapping[str, object]
Handler = Callable[["Context", Facts], None]
_handlers: dict[str, list[Handler]] = defaultdict(list)


class Event(Base):
    """One thing that happened; `told_us` is when all who may act later had heard of it."""

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


def tell(context: "Context", name: str, facts: Facts) -> None:
    """Write an event down and let those hear that act in the same transaction."""
    text = json.dumps(facts, ensure_ascii=False)
    context.session.add(Event(name=name, facts=text, at_us=real_now_us()))
    for handler in _handlers[name]:
        handler(context, facts)
