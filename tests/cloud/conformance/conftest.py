"""One application on a furnished database for all files of a process: they leave its records as they are."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from cloud.conformance import city
from cloud.conformance.city import ORGANISATIONS, Ids
from cloud.conformance.client import Answer, Browser, Deed
from cloud.conformance.samples import BY_TABLE, ENTITIES, MARKS, NOW_US, place
from cloud.conformance.walking import Route, routes_of
from fastapi import FastAPI

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import identity, labels
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings

WITH_FILES = next(pair for pair in ENTITIES if pair[1].has_files)


@dataclass
class Installation:
    """The application, who asks it, and what there is of each organisation."""

    app: FastAPI
    browser: Browser
    records: dict[tuple[str, int], int]
    others: dict[int, Ids]  # by organisation, what is no record
    tokens: dict[tuple[Role, int, str], str] = field(default_factory=dict)
    asked: int = 0

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The OpenAPI document."""
        return self.app.openapi()

    @cached_property
    def routes(self) -> dict[str, Route]:
        """The routes by method and path, `GET /api/v1/meta`."""
        return {route.name: route for route in routes_of(self.app)}

    @property
    def database(self) -> Database:
        found: Database = self.app.state.database
        return found

    def token(self, role: Role, owner: int, name: str = "") -> str:
        """The session of somebody who holds a role in an organisation; of another one under another name."""
        key = (role, owner, name)
        if key not in self.tokens:
            with self.database.session() as session:
                one = city.account(session, role, owner, name)
                self.tokens[key] = identity.open_session(session, one.id, identity.real_now_us())
        return self.tokens[key]

    def tell(self, wanted: Deed, token: str | None) -> Answer:
        """Ask, and count."""
        self.asked += 1
        return self.browser.ask(wanted, token)

    def ids(self, owner: int, entity: Entity | None = None) -> Ids:
        """What names things of an organisation, for the routes of an entity or for all others."""
        here = {
            one.model.__tablename__: self.records[place((module, one)), owner] for module, one in ENTITIES
        }
        named = {
            name: here[one.target]
            for model in ([entity] if entity else BY_TABLE.values())
            for name, one in fields_of(model.model).items()
            if one.target in here
        }
        if entity is None:
            return {**named, "owner_id": owner, **self.others[owner]}
        record_id = here[entity.model.__tablename__]
        return {**named, "owner_id": owner, "record_id": record_id, "id": record_id}

    def marks(self, text: str, owner: int = 0) -> list[str]:
        """Marks of organisations, of others than the owner, that a text holds."""
        return [mark for number, mark in MARKS.items() if number != owner and mark in text]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Installation]:
    """Made once a process."""
    data = tmp_path_factory.mktemp("conformance") / "data"
    data.mkdir()
    shutil.copy(sqlite_template, data / "civicwatt.sqlite")
    settings = Settings(data_dir=data, mqtt_host=None, web_dist=data / "web", clock=f"{NOW_US}/1e-09/0.0")
    app = create_app(settings)
    browser = Browser(app)
    lifespan = app.router.lifespan_context(app)
    browser.run(lifespan.__aenter__())
    try:
        with app.state.database.session() as session:
            records = city.furnish(session)
            others = {owner: city.energy(session, owner) for owner in ORGANISATIONS}
            for owner in ORGANISATIONS:
                others[owner] |= _filed(session, settings, records[place(WITH_FILES), owner], owner)
        yield Installation(app, browser, records, others)
    finally:
        browser.run(lifespan.__aexit__(None, None, None))
        browser.close()


def _filed(session: Any, settings: Settings, record_id: int, owner: int) -> Ids:
    """A file of a record, its picture's parts, its label; somebody's account and session."""
    key, entity = labels.key_at(settings.label_key_path), WITH_FILES[1].key
    sha256 = Store(settings.files_path).put(f"%PDF {MARKS[owner]}".encode())
    picture = city.attach(session, sha256, entity, record_id, owner)
    one = city.account(session, Role.STAFF, owner, "-other")
    token = identity.open_session(session, one.id, identity.real_now_us())
    return {
        "sha256": sha256,
        "record_id": picture,
        "attachment_id": picture,
        "entity": entity,
        "shown_id": record_id,
        "short": labels.short_of(key, entity, record_id),
        "account_id": one.id,
        "session_id": identity.digest(token)[:16],
        "grant_id": one.id,  # set by the database in step with the accounts
    }
