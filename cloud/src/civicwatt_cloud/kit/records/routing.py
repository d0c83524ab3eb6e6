"""The routes of a module's records, a thousand: a look at how a path begins spares most of their patterns."""

from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from civicwatt_cloud.kit.problems import Responses, problems
from civicwatt_cloud.kit.records.entity import Module

PROBLEMS = problems(401, 403, 404, 409, 422)


class RecordRoute(APIRoute):
    """A route of a kind of record; it is served at the root of the host, as everything here."""

    def __init__(self, path: str, *arguments: Any, **named: Any) -> None:
        super().__init__(path, *arguments, **named)
        self._beginning = path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As every route; a path that begins otherwise is none of its."""
        if not scope["path"].startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)


def router_of(module: Module, refusals: Responses = PROBLEMS) -> APIRouter:
    """A router for routes that every entity of a module has; `refusals`: how they may be refused."""
    path = f"/api/v1/{module.key}"
    return APIRouter(prefix=path, route_class=RecordRoute, tags=[module.zh], responses=refusals)
