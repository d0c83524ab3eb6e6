"""How many requests one session and one address may make: ASGI middleware; who goes on is answered 429.

What is counted is forgotten when the process ends, and each process counts for itself. Failures to sign in
are counted for longer, in the database: identity/attempts.py.
"""

import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from civicwatt_cloud.kit.errors import TooManyRequests
from civicwatt_cloud.kit.identity.codes import digest
from civicwatt_cloud.kit.problems import problem

SESSION_COOKIES = ("__Host-civicwatt", "civicwatt")
MOST_KEPT = 10_000  # callers; those who have all their requests left need not be known


class Rate(NamedTuple):
    """So many a second for ever, and so many at once after a rest."""

    per_s: float
    at_once: int


# A page asks for some twenty things when it opens. An address may be a whole administration's: 13,000 units
# that hand in their returns in one minute from behind one address come to 217 requests a second.
OF_SESSION = Rate(50, 1_000)  # [engineering default]
OF_ADDRESS = Rate(500, 5_000)  # [engineering default]


class Allowance:
    """What each caller has left of a rate."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}  # requests, and when that was

    def wait_s(self, rate: Rate, who: str, now_s: float) -> float:
        """Take one request; where none is left, how long until there is."""
        left, since_s = self._left.get(who, (float(rate.at_once), now_s))
        left = min(rate.at_once, left + (now_s - since_s) * rate.per_s)
        if left < 1:
            return (1 - left) / rate.per_s
        if who not in self._left and len(self._left) >= MOST_KEPT:
            self._forget(rate, now_s)
        self._left[who] = (left - 1, now_s)
        return 0.0

    def _forget(self, rate: Rate, now_s: float) -> None:
        """Those who have rested long enough; where nobody has, the one who came first."""
        rested = [
            one for one, (left, at) in self._left.items() if left + (now_s - at) * rate.per_s >= rate.at_once
        ]
        for one in rested or [next(iter(self._left))]:
            del self._left[one]


class Limits:
    """ASGI middleware before the routes."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        self._sessions, self._addresses = Allowance(), Allowance()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "http" and (wait_s := self._wait_s(scope)):
            await problem(TooManyRequests(seconds=int(wait_s) + 1))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _wait_s(self, scope: Scope) -> float:
        now_s = self._clock()
        address = scope["client"][0] if scope.get("client") else ""
        if wait_s := self._addresses.wait_s(OF_ADDRESS, address, now_s):
            return wait_s
        token = _session_of(scope)
        return self._sessions.wait_s(OF_SESSION, digest(token), now_s) if token else 0.0


def _session_of(scope: Scope) -> str:
    """The token that a browser shows, true or not; empty: none."""
    try:
        cookies = SimpleCookie(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return ""
    return next((cookies[name].value for name in SESSION_COOKIES if name in cookies), "")
