"""What stands before every route: security headers, the origin of writes, and no stack trace for anybody."""

import re
import secrets

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civicwatt_cloud.kit.errors import BodyTooLarge, Failed, ForeignOrigin
from civicwatt_cloud.kit.problems import problem

log = structlog.get_logger()

# Nothing but this server is ever asked. antd writes its component styles into <style> elements at run time
# (CSS-in-JS), so inline styles must be let through; scripts never are.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"
MAX_BODY = 1024 * 1024  # bytes of a form [engineering default]
MAX_UPLOAD = 20 * 1024 * 1024  # bytes of a file [engineering default]
UPLOADS = re.compile(r"/api/v1/[a-z-]+/[a-z-]+/(\d+/files|import)")  # the routes whose body is a file
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _harden(MutableHeaders(scope=message), scope)
            await send(message)

        if not _is_own(scope):
            await problem(ForeignOrigin())(scope, receive, guarded)
            return
        limit = MAX_UPLOAD if UPLOADS.fullmatch(scope["path"]) else MAX_BODY
        if not _is_bounded(scope, limit):
            await problem(BodyTooLarge(limit=limit))(scope, receive, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except Exception:
            incident = secrets.token_hex(6)
            log.exception("request_failed", incident=incident, path=scope["path"])
            if started:
                raise
            await problem(Failed(incident=incident))(scope, receive, guarded)


def _harden(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)  # a file brings a stricter policy of its own
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = HSTS
    if scope["path"].startswith("/api/"):
        headers["Cache-Control"] = "no-store"


def _is_bounded(scope: Scope, limit: int) -> bool:
    """A body is read whole into memory: its length must be told, and be within the limit."""
    headers = Headers(scope=scope)
    return "transfer-encoding" not in headers and int(headers.get("content-length", "0")) <= limit


def _is_own(scope: Scope) -> bool:
    """A browser names the origin of every write; a client that is no browser may leave it out."""
    headers = Headers(scope=scope)
    if scope["method"] in SAFE_METHODS:
        return True
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    return origin is None or origin == f"{scope['scheme']}://{headers.get('host', '')}"
