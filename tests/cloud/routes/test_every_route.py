"""Every route of the OpenAPI document: what it answers to anybody, to whatever is sent, and when it fails."""

import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import pytest
from cloud.conformance.samples import ENTITIES
from cloud.routes.asking import Asking, Request
from cloud.routes.conftest import Whole, plain
from httpx import ASGITransport, AsyncClient, Response

from civicwatt_cloud.kit.guard import HEADERS, HSTS
from civicwatt_cloud.kit.records.fields import Kind, fields_of
from civicwatt_cloud.kit.records.sensitive import is_guarded
from civicwatt_cloud.kit.roles import TEMPORARY
from civicwatt_cloud.modules.retrofit.models import Baseline

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(1800)]
SEED = 20261122
ILL = int(os.environ.get("CIVICWATT_ILL_REQUESTS", "1"))  # of each route; `make drill` sends more
PUBLIC = {  # whoever is not signed in may ask these
    *("healthz", "sign_in", "accept_invitation", "issue_nonce", "sign_in_by_certificate", "enrol_gateway"),
    *("leave_for_single_sign_on", "come_back_from_single_sign_on", "see_certificate"),
}
MACHINES = {  # they sign their requests, which the fixture leaves out; or show a token, and there is none
    *("bind_gateway_meters", "report_gateway_replacement", "get_gateway_received", "forward_position"),
}
HARDENED = {**{name.lower(): value for name, value in HEADERS.items()}, "strict-transport-security": HSTS}
FROZEN = {Baseline}
UNTOUCHED = {"renew_gateway", "sign_out"}  # which refuse before they ask the database
SECRET = "the secret of the house"


def requests(whole: Whole, ill: int) -> Iterator[tuple[str, str, Request]]:
    """Requests of all routes; of the labels, which are drawn alike for all records, those of one kind."""
    asking = Asking(whole.document, SEED, plain())
    for path, method, told in asking.operations():
        if not path.endswith("/labels") or "/people/" in path:
            for one in asking.requests(path, method, told, ill):
                yield path, method, one


async def sent(whole: Whole, one: Request) -> Response:
    """The answer to whoever may ask."""
    for client in whole.clients.values():
        answer = await client.request(**one.arguments)
        if answer.status_code not in {401, 403}:
            break
    return answer


@pytest.mark.parametrize("sensitivity", ["internal", "sensitive"])
async def test_s25_what_a_role_may_not_see_is_nowhere_in_its_answers(whole: Whole, sensitivity: str) -> None:
    """Every entity × roles that read it; of a sensitive record who does not work on it sees nothing."""
    tried = 0
    for number, (module, entity) in enumerate(ENTITIES):
        texts = [name for name, one in fields_of(entity.model).items() if one.kind in (Kind.TEXT, Kind.NOTE)]
        if sensitivity == "internal":
            texts = [name for name in texts if is_guarded(fields_of(entity.model)[name])]
        barred = entity.read - (entity.sees_personal if sensitivity == "internal" else entity.workers)
        if not texts:
            continue
        secret = f"〔{number}〕"  # short enough for any field
        if entity.model in FROZEN:  # nothing can be written over what is there
            continue
        record_id = whole.mark(entity, texts, secret, sensitivity)
        base = f"/api/v1/{module.key}/{entity.path}"
        alike = 3 if sensitivity == "internal" else 1  # the rule asks for the roles it names and no other
        for role in sorted(barred - TEMPORARY)[:alike]:
            client = whole.browser(role)
            for path in (
                "",
                f"/{record_id}",
                f"/{record_id}/history",
                f"/titles?id={record_id}",
                "/export?format=csv",
            ):
                answer = await client.get(base + path)
                assert (answer.status_code, secret in answer.text) == (200, False), (role, base + path)
            for name in ("q", *(one for one in texts if one in entity.filters)):
                assert (await client.get(base, params={name: secret})).json()["total"] == 0, (
                    role,
                    base,
                    name,
                )
            assert (await client.get("/api/v1/search", params={"q": secret})).json() == []
            tried += 1
    whole.restore()
    assert tried >= 20


async def test_s19_whatever_is_sent_is_answered_as_the_document_tells(
    whole: Whole, logs: list[MutableMapping[str, Any]]
) -> None:
    faults = []
    for path, method, one in requests(whole, ILL):
        answer = await sent(whole, one)
        if answer.status_code == 401:
            whole.sign_in()
        if fault := whole.fault(path, method, answer):
            faults.append((one, fault, logs[-1:]))
        logs.clear()
    assert faults == []


async def test_s20_every_route_hardens_its_answers_and_lets_nobody_in_unasked(whole: Whole) -> None:
    transport = ASGITransport(whole.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="https://cloud") as anybody:
        for _, _, one in requests(whole, 0):
            foreign = {"origin": "https://elsewhere", "sec-fetch-site": "cross-site"}
            answer = await anybody.request(**one.arguments)
            if one.operation not in PUBLIC | MACHINES:
                assert answer.status_code == 401, one
            headers = {name: value for name, value in answer.headers.items() if name in HARDENED}
            assert headers == HARDENED, one
            if one.method != "GET":
                one.headers.update(foreign)
                answer = await anybody.request(**one.arguments)
                assert (answer.status_code, answer.json()["code"]) == (403, "CW-A1005"), one
            assert not [name for name in answer.headers if name.startswith("access-control")]
        for method in ("TRACE", "OPTIONS"):
            assert (await anybody.request(method, "/api/v1/session")).status_code == 405


@pytest.fixture
def broken(whole: Whole) -> Iterator[None]:
    """The database fails, for one test."""
    database = whole.app.state.database
    whole.app.state.database = Broken()
    yield
    whole.app.state.database = database


@pytest.mark.usefixtures("broken")
async def test_s27_every_route_that_fails_tells_an_incident_and_nothing_else(
    whole: Whole, logs: list[MutableMapping[str, Any]]
) -> None:
    unharmed = set()
    for _, _, one in requests(whole, 0):
        logs.clear()
        answer = await sent(whole, one)
        if answer.status_code != 500:
            assert answer.status_code < 500, one
            unharmed.add(one.operation)
            continue
        assert (answer.json()["code"], SECRET in answer.text) == ("CW-A1500", False), one
        assert "Traceback" not in answer.text
        assert logs[-1]["incident"] in answer.json()["detail"]
        assert SECRET in logs[-1]["exception"]
    assert unharmed <= PUBLIC | MACHINES | UNTOUCHED, unharmed - PUBLIC - MACHINES


class Broken:
    """A database whose every use fails in a way that nobody foresaw."""

    @contextmanager
    def reading(self) -> Iterator[Any]:
        raise ZeroDivisionError(SECRET)
        yield

    session = reading
