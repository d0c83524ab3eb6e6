"""S21: who asks too often waits, and a deadline's honest burst does not."""

from contextlib import suppress

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from civicwatt_cloud.kit import limits, rules, rules_local
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import LockedOut
from civicwatt_cloud.kit.identity import attempts
from civicwatt_cloud.kit.identity.policy import policy_in
from civicwatt_cloud.kit.limits import OF_ADDRESS, OF_SESSION, Allowance, Limits, Rate

UNITS = 13_000
TRIES = 2_000
TEN_MINUTES_US = 600_000_000


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("done")(scope, receive, send)


@pytest.mark.parametrize("cookie", ["", "civicwatt=a", "__Host-civicwatt=a"])
async def test_s21_too_many_requests_are_refused_until_the_time_that_is_told(
    monkeypatch: pytest.MonkeyPatch, cookie: str
) -> None:
    """Of one session where there is one, else of one address."""
    monkeypatch.setattr(limits, "OF_SESSION" if cookie else "OF_ADDRESS", Rate(0.5, 3))
    now_s = 1000.0
    transport = ASGITransport(Limits(_answer, clock=lambda: now_s))
    async with AsyncClient(transport=transport, base_url="http://cloud", headers={"cookie": cookie}) as one:
        assert [(await one.get("/")).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = await one.get("/")
        assert (refused.headers["retry-after"], refused.json()["code"]) == ("3", "CW-A1015")
        if cookie:
            one.headers["cookie"] = "civicwatt=b"
            assert (await one.get("/")).status_code == 200
            one.headers["cookie"] = cookie
        now_s += int(refused.headers["retry-after"])
        assert [(await one.get("/")).status_code for _ in range(2)] == [200, 429]


def test_s21_the_burst_before_a_deadline_passes_from_one_address() -> None:
    """13,000 units in a minute, each with a tenth of repeated requests."""
    sessions, addresses = Allowance(), Allowance()
    for number in range(UNITS * 11 // 10):
        now_s = 60 * number / (UNITS * 11 / 10)
        assert not addresses.wait_s(OF_ADDRESS, "10.0.0.1", now_s)
        assert not sessions.wait_s(OF_SESSION, str(number % UNITS), now_s)


def test_s21_callers_without_end_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEPT", 50)
    allowance = Allowance()
    for number in range(500):
        allowance.wait_s(OF_SESSION, str(number), number / 1000)
    assert len(allowance._left) <= 50


def test_s21_thousands_of_tries_to_sign_in_are_a_hundred(db: Database) -> None:
    """Whatever accounts are tried; ten minutes later the address is free again."""
    taken = 0
    for number in range(TRIES):
        with suppress(LockedOut):
            attempts.count_attempt(db, f"user-{number}", "10.0.0.1", number)
            taken += 1
    with pytest.raises(LockedOut) as locked:
        attempts.count_attempt(db, "user-1", "10.0.0.1", TRIES)
    assert locked.value.retry_after_s == 600
    assert taken == policy_in(rules.load()).failures_of_address
    attempts.count_attempt(db, "user-1", "10.0.0.2", TRIES)
    attempts.count_attempt(db, "user-1", "10.0.0.1", TRIES + TEN_MINUTES_US)


LOCAL = """
[[row]]
id = "identity.failures"
title = "登录失败次数上限"
title_en = "failures to sign in"
value = "2"
unit = "次"
source = "本单位安全管理制度"
clause = "第三条"
valid_from = 2026-01-01
status = "local"
"""


def test_s03_an_installations_own_rule_row_sets_its_limit(db: Database) -> None:
    with db.session() as session:
        rules_local.bring_in(session, LOCAL, "local.toml", "command")
    for _ in range(2):
        attempts.count_attempt(db, "li", "10.0.0.1", TRIES)
    with pytest.raises(LockedOut):
        attempts.count_attempt(db, "li", "10.0.0.1", TRIES)
