"""A browser as small as can be: the application is asked many thousand times, one after another."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

import fastapi.dependencies.utils
import fastapi.routing
import pytest
from fastapi import FastAPI

T = TypeVar("T")


class Deed(NamedTuple):
    """What is asked of a route."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    media: str = "application/json"


class Answer(NamedTuple):
    """What it answers."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)


class Browser:
    """Asks an application on a loop of its own; its routes run where they are called, not in threads."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._patch = pytest.MonkeyPatch()
        for module in (fastapi.routing, fastapi.dependencies.utils):
            self._patch.setattr(module, "run_in_threadpool", _at_once)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for a work."""
        return self._loop.run_until_complete(work)

    def close(self) -> None:
        self._patch.undo()
        self._loop.close()

    def get(self, path: str, token: str | None = None, **query: object) -> Answer:
        """Ask for a page."""
        return self.ask(Deed("GET", path, tuple((key, str(one)) for key, one in query.items())), token)

    def ask(self, deed: Deed, token: str | None = None) -> Answer:
        """Ask, signed in where a token is given."""
        return self.run(self._ask(deed, token))

    async def _ask(self, deed: Deed, token: str | None) -> Answer:
        headers = [(b"host", b"cloud"), (b"content-length", str(len(deed.body)).encode())]
        if deed.body:
            headers.append((b"content-type", deed.media.encode()))
        if token:
            headers.append((b"cookie", f"civicwatt={token}".encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": deed.method,
            "scheme": "http",
            "path": deed.path,
            "raw_path": deed.path.encode(),
            "root_path": "",
            "query_string": urlencode(deed.query).encode(),
            "headers": headers,
            "client": ("192.0.2.1", 1),
            "server": ("cloud", 80),
        }
        told: list[Any] = []
        bodies = iter([deed.body])

        async def receive() -> dict[str, object]:
            for body in bodies:
                return {"type": "http.request", "body": body, "more_body": False}
            return await asyncio.get_running_loop().create_future()  # it never hangs up

        async def send(message: Any) -> None:
            told.append(message)

        await self.app(scope, receive, send)
        named = {key.decode(): value.decode("latin-1") for key, value in told[0]["headers"]}
        return Answer(told[0]["status"], named, b"".join(one.get("body", b"") for one in told[1:]))


async def _at_once(function: Any, /, *arguments: Any, **named: Any) -> Any:
    return function(*arguments, **named)
