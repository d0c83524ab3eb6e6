"""When a channel may speak: quiet hours and days off by the Chinese calendar, once a day, never too often."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from cloud.kit.notices.conftest import ZONE, us
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit.notices.rhythm import PAUSE_US, Gathered, Rhythm, is_quiet, may_repeat, may_speak

NIGHT = Rhythm(quiet_from=22, quiet_to=7, rests=True)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-18 21:59", False),
        ("2026-11-18 22:00", True),
        ("2026-11-19 06:59", True),
        ("2026-11-19 07:00", False),
        ("2026-11-21 10:00", True),  # a Saturday
        ("2026-10-01 10:00", True),  # 国庆
        ("2026-10-10 10:00", False),  # a Saturday on which people work instead
        ("2026-09-25 10:00", True),  # 中秋, a Friday
    ],
)
def test_k9_quiet_hours_follow_the_working_calendar(moment: str, quiet: bool) -> None:
    assert is_quiet(NIGHT, datetime.fromisoformat(moment).replace(tzinfo=ZONE)) is quiet
    one = Gathered(us("2026-09-01 09:00"), is_urgent=False)
    assert may_speak(NIGHT, one, None, us(moment), ZONE) is not quiet
    assert may_repeat(NIGHT, us(moment), ZONE, is_urgent=False) is not quiet
    assert may_speak(NIGHT, one._replace(is_urgent=True), None, us(moment), ZONE)


def test_k9_a_digest_leaves_once_a_day_at_its_hour_on_working_days() -> None:
    daily = Rhythm(daily_hour=8, rests=True)
    sent: list[str] = []
    sent_us, moment = None, datetime(2026, 11, 18, 9, 30, tzinfo=ZONE)  # something came on Wednesday at 9
    first_us = us("2026-11-18 09:00")
    while moment < datetime(2026, 11, 24, tzinfo=ZONE):
        now_us = int(moment.timestamp()) * 1_000_000
        if may_speak(daily, Gathered(first_us, is_urgent=False), sent_us, now_us, ZONE):
            sent.append(moment.isoformat(sep=" ")[:16])
            sent_us, first_us = now_us, now_us + 1  # and something else at once
        moment += timedelta(minutes=30)
    assert sent == ["2026-11-19 08:00", "2026-11-20 08:00", "2026-11-23 08:00"]


@given(st.lists(st.integers(0, 3 * PAUSE_US), min_size=1, max_size=40))
def test_f38_a_channel_never_speaks_twice_within_five_minutes(steps: list[int]) -> None:
    now_us, sent = us("2026-11-18 10:00"), []
    for step in steps:
        now_us += step
        if may_speak(Rhythm(), Gathered(now_us, is_urgent=True), sent[-1] if sent else None, now_us, ZONE):
            sent.append(now_us)
    assert sent
    assert all(later - former >= PAUSE_US for former, later in pairwise(sent))
