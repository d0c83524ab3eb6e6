"""The whole application over a small institution that has a record of every kind, and whoever may call it."""

import shutil
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import structlog
from cloud.conformance.samples import ENTITIES, NOW_US, record, value_of
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from sqlalchemy.orm import Session
from structlog.testing import LogCapture

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import identity, limits
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.errors import TooManyRequests
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.records.values import show
from civicwatt_cloud.kit.roles import ADMINISTRATORS, BUSINESS, TEMPORARY, Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.points import Gateway

ZONE = ZoneInfo("Asia/Shanghai")
DOCUMENT = "urn:openapi"
WORKER = "worker"  # who holds all roles of the business


@dataclass(frozen=True)
class Whole:
    """The application, its document, and a browser for each kind of account."""

    app: FastAPI
    document: Mapping[str, Any]
    registry: Registry[Any]  # the document, for validators
    anonymous: AsyncClient
    clients: dict[str, AsyncClient]
    former: list[tuple[Entity, int, dict[str, Any]]] = field(default_factory=list)  # what marked records said

    def sign_in(self) -> None:
        """New sessions: a request may have ended the former."""
        with self.app.state.database.session() as session:
            for name, client in self.clients.items():
                client.cookies.clear()
                client.cookies.set("civicwatt", _token(session, name))

    def browser(self, role: Role) -> AsyncClient:
        """Of somebody who holds this one role."""
        with self.app.state.database.session() as session:
            _account(session, f"only-{role}", {role})
            token = _token(session, f"only-{role}")
        client = _client(self.app)
        client.cookies.set("civicwatt", token)
        return client

    def mark(self, entity: Entity, names: list[str], text: str, sensitivity: str) -> int:
        """Let a record say this text in these fields; its id."""
        with self.app.state.database.session() as session:
            row = session.query(entity.model).order_by(entity.model.id).first()
            said = {"sensitivity": sensitivity, **dict.fromkeys(names, text)}
            self.former.append((entity, int(row.id), {name: getattr(row, name) for name in said}))
            for name, value in said.items():
                setattr(row, name, value)
            return int(row.id)

    def restore(self) -> None:
        """Let the marked records say what they said before: some texts are keys."""
        with self.app.state.database.session() as session:
            for entity, record_id, said in reversed(self.former):
                row = session.get_one(entity.model, record_id)
                for name, value in said.items():
                    setattr(row, name, value)
        self.former.clear()

    def fault(self, path: str, method: str, answer: Response) -> str:
        """What the document does not tell of an answer; empty: nothing."""
        responses = self.document["paths"][path][method]["responses"]
        status = str(answer.status_code)
        if status == "429" and answer.json()["code"] == TooManyRequests.code:  # of whichever route
            return ""
        if status not in responses:
            return f"{status} is not among {sorted(responses)}"
        kinds = {one.split(";")[0]: one for one in responses[status].get("content", {})}
        kind = answer.headers.get("content-type", "").split(";")[0]
        if kind not in kinds:
            return f"{kind} is not among {sorted(kinds)}" if answer.content else ""
        if kind not in {"application/json", "application/problem+json"}:
            return ""
        place = ("paths", path, method, "responses", status, "content", kind, "schema")
        schema = {"$ref": f"{DOCUMENT}#/" + "/".join(one.replace("/", "~1") for one in place)}
        error = next(Draft202012Validator(schema, registry=self.registry).iter_errors(answer.json()), None)
        return f"{status}: {error.json_path}: {error.message[:200]}" if error else ""


def plain() -> dict[str, str]:
    """What a field of a name takes, as a form would send it; where names are alike the last one's."""
    fields = {name: one for _, entity in ENTITIES for name, one in fields_of(entity.model).items()}
    return {name: str(show(one, value_of(one, 1, 7), ZONE)) for name, one in fields.items()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Whole]:
    """Made once for a file of tests."""
    folder = tmp_path_factory.mktemp("routes")
    (folder / "data").mkdir()
    shutil.copy(sqlite_template, folder / "data/civicwatt.sqlite")
    settings = Settings(
        data_dir=folder / "data", mqtt_host=None, web_dist=folder / "web", clock=f"{NOW_US}/1e-09/0.0"
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app), _unhurried():
        with app.state.database.session() as session:
            _fill(session)
        names = (WORKER, *sorted(ADMINISTRATORS))
        document = app.openapi()
        registry = Registry().with_resource(DOCUMENT, DRAFT202012.create_resource(document)).crawl()
        found = Whole(app, document, registry, _client(app), {name: _client(app) for name in names})
        found.sign_in()
        yield found
        for client in (found.anonymous, *found.clients.values()):
            await client.aclose()


@asynccontextmanager
async def _unhurried() -> AsyncIterator[None]:
    """Thousands of requests of one session are let through, however fast they come."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OF_SESSION", "OF_ADDRESS"):
            patch.setattr(limits, name, limits.Rate(1e6, 1_000_000))
        yield


def _client(app: FastAPI) -> AsyncClient:
    transport = ASGITransport(app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://cloud")


def _fill(session: Session) -> None:
    session.add(Region(code="429900", name="荆襄市"))
    session.add(Gateway(id="gw-01", online=False, division="429900"))
    session.flush()
    place = {"kind": "government", "level": "city", "region_code": "429900"}
    session.add(Institution(id=1, code="U1", name="荆襄市机关事务服务中心", **place))
    for number in range(1, 4):  # whom requests may change and disable
        session.add(Account(username=f"other-{number}", display_name=f"某{number}", created_us=0))
    session.flush()
    for number, (_, entity) in enumerate(ENTITIES, 1):
        if entity.model.__tablename__ not in {table for table, _ in session.info.get("made", {})}:
            record(session, entity, 1, number)
    for name, roles in {WORKER: BUSINESS - TEMPORARY, **{one: {one} for one in ADMINISTRATORS}}.items():
        _account(session, name, roles)


def _account(session: Session, name: str, roles: Collection[Role]) -> None:
    if session.query(Account).filter_by(username=name).first():
        return
    account = Account(username=name, display_name=name, created_us=0)
    session.add(account)
    session.flush()
    for role in sorted(roles):
        where = None if role in ADMINISTRATORS else "429900"
        session.add(Grant(account_id=account.id, role=role, region_code=where, valid_from=FOR_EVER))


def _token(session: Session, name: str) -> str:
    account = session.query(Account).filter_by(username=name).one()
    account.disabled_us, account.password_hash, account.totp_step = None, None, None
    return identity.open_session(session, account.id, identity.real_now_us())


@pytest.fixture
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged, with stacks as texts: drawn ones take longer than the requests they are of."""
    capture = LogCapture()
    structlog.configure(processors=[structlog.processors.format_exc_info, capture])
    yield capture.entries
    structlog.reset_defaults()
