"""Saying on a channel what has gathered: once, as one message, again where it was not taken.

What a message says is fixed before it leaves (`sending`), so one that is sent twice, because the process died
in between, carries the same number; a mail server or a reader knows it by that.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.notices.models import Channel
from civicwatt_cloud.kit.notices.rhythm import Gathered, Rhythm, may_repeat, may_speak
from civicwatt_cloud.kit.outbox.dispatcher import said, wait_us

log = structlog.get_logger()

SHOWN = 20  # notices of one message; the rest is counted


class Line(NamedTuple):
    """A notice, as a channel says it; the number is the channel's own."""

    number: int
    zh: str
    en: str
    subject: str
    is_urgent: bool
    at_us: int


class Message(NamedTuple):
    """What one message says; the number is the same when it is sent again."""

    number: str
    lines: Sequence[Line]


class Route(NamedTuple):
    """A channel: when it speaks, what it has not said after a number, and how it says it."""

    key: str
    rhythm: Rhythm
    lines: Callable[[Session, int], Sequence[Line]]
    newest: Callable[[Session], int]  # where a new channel begins: it does not tell old stories
    send: Callable[[Message], None]


def speak(database: Database, zone: ZoneInfo, route: Route, now_us: int) -> bool:
    """Send what the channel may say now; whether something was sent."""
    channel, lines = _look(database, route)
    if channel is None or not lines:
        return False
    is_urgent = any(line.is_urgent for line in lines)
    if channel.sending is None:
        gathered = Gathered(min(line.at_us for line in lines), is_urgent)
        if not may_speak(route.rhythm, gathered, channel.sent_us, now_us, zone):
            return False
    elif now_us < channel.next_us or not may_repeat(route.rhythm, now_us, zone, is_urgent=is_urgent):
        return False
    upto = channel.sending or lines[-1].number
    if channel.sending is None:
        _note(database, route.key, sending=upto)
    told = [line for line in lines if line.number <= upto]
    try:
        if told:  # what was read meanwhile needs no message
            route.send(Message(f"{route.key}/{upto}", told))
    except Exception as error:
        tries = channel.tries + 1
        _note(database, route.key, tries=tries, next_us=now_us + wait_us(tries), reason=said(error))
        log.warning("notices_not_sent", channel=route.key, tries=tries, reason=said(error))
        return False
    _note(database, route.key, upto=upto, sending=None, sent_us=now_us, tries=0, next_us=0, reason=None)
    return bool(told)


def begin(session: Session, route_key: str, newest: int) -> None:
    """From now on: what was said before is not said on this channel."""
    channel = session.get(Channel, route_key) or Channel(key=route_key, tries=0, next_us=0)
    channel.upto, channel.sending = newest, None
    session.add(channel)
    session.flush()


def head(count: int) -> str:
    """The first line of a message."""
    return f"【CivicWatt】{count} 条通知 · {count} notice{'' if count == 1 else 's'}"


def text(message: Message, pages: str, most: int = SHOWN) -> str:
    """What a message says in plain text: the newest last, and how many more there are."""
    shown = message.lines[-most:]
    parts = [f"{'❗' if line.is_urgent else ''}{line.zh}\n{line.en}{_link(pages, line)}" for line in shown]
    if rest := len(message.lines) - len(shown):
        parts.insert(0, f"另有 {rest} 条，请在系统通知中查看 · {rest} more in the inbox")
    return "\n\n".join([head(len(message.lines)), *parts])


def _link(pages: str, line: Line) -> str:
    return f"\n{pages.rstrip('/')}/#/{line.subject}" if pages else ""


def _look(database: Database, route: Route) -> tuple[Channel | None, Sequence[Line]]:
    with database.reading() as session:
        channel = session.get(Channel, route.key)
        if channel is not None:
            return channel, route.lines(session, channel.upto)
    with database.session() as session:
        begin(session, route.key, route.newest(session))
    return None, ()


def _note(database: Database, key: str, **values: object) -> None:
    with database.session() as session:
        channel = session.get_one(Channel, key)
        for name, value in values.items():
            setattr(channel, name, value)
