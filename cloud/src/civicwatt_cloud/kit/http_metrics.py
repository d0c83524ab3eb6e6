"""How long requests take, by route: ASGI middleware around everything that answers."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from civicwatt_cloud.kit.metrics import HTTP_SECONDS


class HttpMetrics:
    """Counts every request by its route's pattern, never by its path: a path may hold an identifier."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            HTTP_SECONDS.labels(route, f"{status // 100}xx").observe(time.perf_counter() - began)
