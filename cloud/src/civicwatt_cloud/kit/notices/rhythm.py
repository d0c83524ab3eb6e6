"""When a channel may speak: not at quiet hours, not on days off, not too often. Pure.

The messengers' robots take 20 messages a minute and then none for ten; and nobody reads a storm. So what
gathers within five minutes is one message, on every channel.
Source: 企业微信 and 钉钉 on their group robots [as quoted in public guides]; the five minutes are ours.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.business_time import SECOND_US

PAUSE_US = 300 * SECOND_US  # between two messages of a channel [engineering default]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a channel wants to be told."""

    daily_hour: int | None = None  # None: as it comes
    quiet_from: int = 0  # hours; the same twice: no quiet hours
    quiet_to: int = 0
    rests: bool = False  # on days off, by the working calendar


class Gathered(NamedTuple):
    """What a channel has not said yet."""

    first_us: int  # when the oldest of it came
    is_urgent: bool


def may_speak(rhythm: Rhythm, gathered: Gathered, sent_us: int | None, now_us: int, zone: ZoneInfo) -> bool:
    """Whether a message may leave now; what is urgent waits for no hour, but for the pause."""
    if sent_us is not None and 0 <= now_us - sent_us < PAUSE_US:
        return False
    if gathered.is_urgent:
        return True
    now = _local(now_us, zone)
    if is_quiet(rhythm, now):
        return False
    if rhythm.daily_hour is None:
        return True
    today = now.replace(hour=rhythm.daily_hour, minute=0, second=0, microsecond=0)
    moment_us = int(today.timestamp()) * SECOND_US
    return gathered.first_us < moment_us <= now_us and (sent_us is None or sent_us < moment_us)


def may_repeat(rhythm: Rhythm, now_us: int, zone: ZoneInfo, *, is_urgent: bool) -> bool:
    """Whether a message that was not taken may be tried again now."""
    return is_urgent or not is_quiet(rhythm, _local(now_us, zone))


def is_quiet(rhythm: Rhythm, now: datetime) -> bool:
    """Whether a moment lies in quiet hours, which may pass midnight, or on a day off."""
    begin, end = rhythm.quiet_from, rhythm.quiet_to
    inside = begin <= now.hour < end if begin <= end else now.hour >= begin or now.hour < end
    return inside or (rhythm.rests and not calendar.day(now.date()).workday)


def _local(t_us: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(t_us // SECOND_US, zone)
