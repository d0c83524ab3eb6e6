"""S07: every route × six roles × four organisations, with the ids of the others: no leak."""

import os
import re
from collections.abc import Iterator
from itertools import product

import pytest
from cloud.conformance.city import ORGANISATIONS, Ids
from cloud.conformance.client import Answer, Deed
from cloud.conformance.conftest import Installation
from cloud.conformance.deeds import deed
from cloud.conformance.reach import REACH, Reach
from cloud.conformance.samples import ENTITIES, ZONE, place, value_of
from cloud.conformance.walking import Route

from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import fields_of, is_required
from civicwatt_cloud.kit.records.values import show
from civicwatt_cloud.kit.roles import ADMINISTRATORS, Role
from civicwatt_cloud.kit.workbooks.columns import required_titles

SIX = (
    Role.ORGANISATION_MANAGER,
    Role.HOUSING_MANAGER,
    Role.FLEET_MANAGER,
    Role.LOGISTICS_MANAGER,
    Role.APPROVER,
    Role.STAFF,
)
OK, NOT_SIGNED_IN, NOT_PERMITTED, ABSENT, CONFLICT, UNPROCESSABLE, FAILED = 200, 401, 403, 404, 409, 422, 500
PARAMETER = re.compile(r"{(\w+)}")
NAMES = frozenset({"record_id", "institution_id", "point_id", "gateway_id", "number", "sha256", "short"})
EITHER = {"POST /api/v1/upkeep/credentials": "person_id"}  # of two that are both optional, one is named
IS_WHOLE = "CIVICWATT_WHOLE_MATRIX" in os.environ  # `make drill` tries what is refused everywhere
Pair = tuple[Module, Entity]


def entity_of(route: str) -> Pair | None:
    """The entity below whose path a route lies."""
    path = route.partition(" ")[2]
    for pair in ENTITIES:
        base = f"/api/v1/{place(pair)}"
        if path == base or path.startswith(base + "/"):
            return pair
    return None


def of(installation: Installation, pair: Pair) -> Iterator[Route]:
    """The routes below the path of an entity; from now on they are looked at before all others."""
    base = f"/api/v1/{place(pair)}"
    installation.app.router.routes.sort(key=lambda one: not getattr(one, "path", "").startswith(base))
    return (one for one in installation.routes.values() if entity_of(one.name) == pair)


def who_asks(route: Route) -> tuple[Role, ...]:
    """Six roles; where none of them may, one more who may."""
    if route.roles & set(SIX) or route.roles <= ADMINISTRATORS:
        return SIX
    return (*SIX, min(route.roles - ADMINISTRATORS))


def asked(installation: Installation, route: Route, ids: Ids) -> Deed:
    """A request of the route with these ids wherever it takes one."""
    pair = entity_of(route.name)
    ids = {name: one for name, one in ids.items() if name != EITHER.get(route.name)}
    if pair and route.path == f"/api/v1/{place(pair)}/import":
        titles = required_titles(pair[1])
        table = f"{','.join(titles)}\nU{ids['owner_id']}{',' * (len(titles) - 1)}\n".encode()
        return Deed(route.method, route.path, (("format", "csv"), ("dry_run", "false")), table, "text/csv")
    if route.path.endswith("/export"):
        ids = {**ids, "format": "csv"}
    return deed(installation.document, route.path, route.method.lower(), ids)


def test_s07_every_route_declares_its_reach(installation: Installation) -> None:
    declared = {name for name in installation.routes if entity_of(name)} | set(REACH)
    assert set(installation.routes) - declared == set()
    assert set(REACH) - set(installation.routes) == set()


def test_s06_every_route_requires_what_its_reach_says(installation: Installation) -> None:
    for name, route in installation.routes.items():
        reach = REACH.get(name, Reach.SCOPE)
        assert route.is_public == (reach is Reach.PUBLIC), name
        assert route.is_for_machines == (reach is Reach.MACHINE), name
        assert route.is_own <= (reach is Reach.OWN), name
        if reach in {Reach.SCOPE, Reach.PLATFORM}:
            assert route.roles, name
        if reach is Reach.SCOPE and route.roles & ADMINISTRATORS:  # whose grant has no node
            answer = installation.tell(
                asked(installation, route, {}), installation.token(Role.SECURITY_ADMIN, 0)
            )
            assert not installation.marks(answer.text), name


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_s07_of_an_entity_nothing_of_others_is_told(installation: Installation, pair: Pair) -> None:
    for route in of(installation, pair):
        tried(installation, route)


@pytest.mark.parametrize("name", [name for name, reach in REACH.items() if reach is Reach.SCOPE])
def test_s07_beyond_the_entities_nothing_of_others_is_told(installation: Installation, name: str) -> None:
    tried(installation, installation.routes[name])


def tried(installation: Installation, route: Route) -> None:
    """Ask a route as everybody, of what belongs to another, and of what is there."""
    pair = entity_of(route.name)
    is_list = route.method == "GET" and not NAMES.intersection(PARAMETER.findall(route.path))
    for role, owner in product(who_asks(route), ORGANISATIONS):
        if role not in route.roles and owner != 1 and not IS_WHOLE:
            continue  # a role is refused before anything is asked of an organisation
        other = owner % len(ORGANISATIONS) + 1
        token, ids = installation.token(role, owner), installation.ids(other, pair and pair[1])
        if route.path.endswith("/bulk"):
            ids = {**ids, "event": deed_of(pair, role)}
        answer = installation.tell(asked(installation, route, ids), token)
        what = (role, owner, route.name, answer.status, answer.text[:600])
        if role not in route.roles:
            assert answer.status == NOT_PERMITTED, what
            continue
        assert is_nothing(answer, route, is_list=is_list), what
        assert not installation.marks(answer.text, owner), what
        if is_list and not route.path.endswith("/labels"):  # a picture tells no text, and takes a second
            answer = installation.tell(asked(installation, route, {}), token)
            what = (role, owner, route.name, answer.status, answer.text[:600])
            assert answer.status in {OK, ABSENT, UNPROCESSABLE}, what  # asked without what it must be told
            assert not installation.marks(answer.text, owner), what


def deed_of(pair: Pair | None, role: Role) -> str:
    """What a role may do with many records."""
    flow = pair[1].workflow if pair else None
    arrows = flow.transitions if flow and pair and role not in pair[1].write else ()
    return next((one.event for one in arrows if role in one.roles), "remove")


def is_nothing(answer: Answer, route: Route, *, is_list: bool) -> bool:
    """Whether it tells that what belongs to another is not there; a list may just not hold it."""
    if route.path.endswith("/import"):
        told = answer.json()
        return answer.status == OK and (told["new"], told["changed"], told["bad"]) == (0, 0, 1)
    return answer.status == ABSENT or (is_list and answer.status == OK)


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_s07_what_is_ones_own_is_there(installation: Installation, pair: Pair) -> None:
    """Else the matrix would hold of an application that tells nobody anything."""
    for route in of(installation, pair):
        # a sheet to print takes a second; a proof and a certificate are of a unit that was awarded
        if route.method == "GET" and not route.path.endswith(("/labels", "/proof", "/certificate")):
            role = next(iter(sorted(route.roles)))
            answer = installation.tell(
                asked(installation, route, installation.ids(1, pair[1])), installation.token(role, 1)
            )
            assert answer.status == OK, (role, route.name, answer.text)
    base = f"/api/v1/{place(pair)}"
    for owner in ORGANISATIONS:
        role = next(iter(sorted(pair[1].read)))
        rows = installation.browser.get(base, installation.token(role, owner)).json()["rows"]
        assert {row["owner_id"] for row in rows} == {owner}


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_s07_nothing_of_ones_own_refers_to_what_belongs_to_another(
    installation: Installation, pair: Pair
) -> None:
    own, others = installation.ids(1, pair[1]), installation.ids(2, pair[1])
    references = {name: one for name, one in others.items() if name not in {"owner_id", "record_id", "id"}}
    plain = {
        name: show(one, value_of(one, 1, 1), ZONE)
        for name, one in fields_of(pair[1].model).items()
        if not one.target and is_required(pair[1].model, name)
    }
    base = f"/api/v1/{place(pair)}"
    for route in of(installation, pair):
        wanted = asked(installation, route, {**plain, **own, **references})
        if route.method == "GET" or wanted == asked(installation, route, {**plain, **own}):
            continue
        for role in set(who_asks(route)) & route.roles:
            answer = installation.tell(wanted, installation.token(role, 1))
            what = (role, route.name, answer.status, answer.text)
            if route.path == base and pair[1].write:
                assert answer.status == ABSENT, what
            assert answer.status in {ABSENT, CONFLICT, UNPROCESSABLE}, what


def test_s07_of_one_account_nothing_is_told_to_another(installation: Installation) -> None:
    for name in (name for name, reach in REACH.items() if reach is Reach.OWN):
        route = installation.routes[name]
        for role, owner in product(SIX, ORGANISATIONS):
            ids = installation.ids(owner % len(ORGANISATIONS) + 1)
            answer = installation.tell(asked(installation, route, ids), installation.token(role, owner, name))
            what = (role, owner, name, answer.status, answer.text)
            assert answer.status < FAILED, what
            assert not installation.marks(answer.text, owner), what
            if "{" in name:
                assert answer.status == ABSENT, what


def test_what_is_of_the_platform_names_no_organisation(installation: Installation) -> None:
    for name in (name for name, reach in REACH.items() if reach is Reach.PLATFORM):
        route = installation.routes[name]
        for role, owner in product(SIX, ORGANISATIONS):
            answer = installation.tell(asked(installation, route, {}), installation.token(role, owner))
            what = (role, owner, name, answer.status, answer.text)
            if role not in route.roles:
                assert answer.status == NOT_PERMITTED, what
            assert answer.status in {OK, NOT_PERMITTED, ABSENT}, what
            assert not installation.marks(answer.text, owner), what


def test_s07_nobody_gets_anything_without_signing_in(installation: Installation) -> None:
    """Whoever is not signed in, and a person where a machine is asked for."""
    for name, route in installation.routes.items():
        pair = entity_of(name)
        if route.path not in installation.document["paths"]:
            wanted = Deed(route.method, re.sub("{.+?}", "x", route.path))
        else:
            wanted = asked(installation, route, installation.ids(1, pair and pair[1]))
        tokens = [None, *([installation.token(Role.STAFF, 1)] if route.is_for_machines else [])]
        for token in tokens:
            answer = installation.tell(wanted, token)
            what = (name, answer.status, answer.text[:600])
            if route.is_public:
                assert answer.status < FAILED, what
            else:  # what machines find may not even say that it is there
                assert answer.status in {NOT_SIGNED_IN, *([ABSENT] if route.is_for_machines else [])}, what
            assert not installation.marks(answer.text), what


def test_s07_the_matrix_covers_every_route(installation: Installation) -> None:
    """Says how many, where the whole file was run."""
    below = sum(1 for pair in ENTITIES for _ in of(installation, pair))
    assert below + len(REACH) == len(installation.routes)
    size = f"{len(installation.routes)} routes × {len(SIX)} roles × {len(ORGANISATIONS)} organisations"
    print(f"{size}: {installation.asked} requests, 0 leaks")
