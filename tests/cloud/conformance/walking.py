"""The routes of an application, and what each requires of whoever calls it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from civicwatt_cloud.kit.access import Requires, public
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.fleet.positions.forwarded import forwarder
from civicwatt_cloud.modules.gateways.signed import renewing_gateway, signed_gateway
from civicwatt_cloud.operations.metrics import metrics_reader

MACHINES = (signed_gateway, renewing_gateway, metrics_reader, forwarder)


@dataclass(frozen=True)
class Route:
    """A method of a path, and what is declared to be required."""

    method: str
    path: str
    is_public: bool
    is_for_machines: bool
    roles: frozenset[Role]
    is_own: bool  # of one's own account: no role is asked for

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def routes_of(app: FastAPI) -> Iterator[Route]:
    """Every route; the files of the pages' build, for everybody, are none."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            yield from _methods(route)
        elif router := getattr(route, "original_router", None):  # FastAPI keeps an included router whole
            for one in router.routes:
                yield from _methods(one)
        else:
            assert getattr(route, "path", "") == "/assets", route


def _methods(route: APIRoute) -> Iterator[Route]:
    calls = list(_calls(route))
    required = [one for one in calls if isinstance(one, Requires)]
    roles = frozenset(role for one in required for role in one.roles)
    is_own = any(one.own or one.setup for one in required)
    is_public, is_machine = public in calls, any(one in MACHINES for one in calls)
    for method in route.methods:
        yield Route(method, route.path, is_public, is_machine, roles, is_own)


def _calls(route: APIRoute) -> Iterator[Callable[..., Any]]:
    waiting = list(route.dependant.dependencies)
    while waiting:
        one = waiting.pop()
        if one.call is not None:
            yield one.call
        waiting += one.dependencies
