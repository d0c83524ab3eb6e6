"""What a route requires of whoever calls it; every route declares one of these (a test walks them all)."""

from datetime import date

from fastapi import Request

from civicwatt_cloud.kit import audit, identity
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import NotPermitted, NotSignedIn
from civicwatt_cloud.kit.guard import SAFE_METHODS
from civicwatt_cloud.kit.identity import Actor, tokens
from civicwatt_cloud.kit.identity.duties import check_duty
from civicwatt_cloud.kit.roles import TEMPORARY, Role

SUBJECT_LENGTH = 160  # of the audit


class Requires:
    """A dependency that yields the actor, or refuses: 401 without a session, 403 for another role.

    `is_activity=False`: the call is no use of the session, so a page that refreshes itself ends idle too.
    `own=True`: of one's own account, so also without any grant, and while a new password or a second factor
    is due.
    """

    def __init__(
        self,
        roles: frozenset[Role] = frozenset(),
        *,
        setup: bool = False,
        is_activity: bool = True,
        own: bool = False,
    ) -> None:
        self.roles = roles
        self.setup = setup
        self.is_activity = is_activity
        self.own = own

    def __call__(self, request: Request) -> Actor:
        """The actor of this request. Errors: NotSignedIn, NotPermitted."""
        database: Database = request.app.state.database
        bearer = _bearer(request)
        token = bearer or request.cookies.get(cookie_name(request))
        now_us = identity.real_now_us()
        if not token:
            raise NotSignedIn()
        who = tokens.actor_by_token if bearer else identity.actor_of
        with database.reading() as session:
            found = who(session, token, now_us, today(request))
            if found is None:
                raise NotSignedIn()
            actor, is_stale = found
            is_nobody = actor.account_id is None
            is_own = self.own and not (bearer and request.method not in SAFE_METHODS)
            if not (actor.roles & self.roles or (self.setup if is_nobody else is_own)):
                raise NotPermitted()
            if not self.own:
                check_duty(session, actor, request.app.state.settings, now_us)
        if is_stale and self.is_activity:
            with database.session() as session:
                (tokens if bearer else identity).note_use(session, token, now_us)
        if actor.roles & TEMPORARY and request.method in SAFE_METHODS:
            _note_reading(database, request, actor)
        return actor


def _note_reading(database: Database, request: Request, actor: Actor) -> None:
    """Who reads for a time only leaves a trace of every look."""
    asked = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    with database.session() as session:
        audit.note(session, actor.who, Deed("read", asked[:SUBJECT_LENGTH], None, None))


def _bearer(request: Request) -> str | None:
    """The token of a machine, which browsers do not send."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.casefold() == "bearer" else None


def today(request: Request) -> date:
    """The business day."""
    state = request.app.state
    return date_of(state.clock.now_us(), state.zone)


def public() -> None:
    """Declares that anybody may call the route."""


def cookie_name(request: Request) -> str:
    """`__Host-` binds the cookie to this host; browsers take it over https only."""
    return "__Host-civicwatt" if request.url.scheme == "https" else "civicwatt"
