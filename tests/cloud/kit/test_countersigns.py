"""K6: whoever decides may ask one more person first (加签); the answer is an opinion and decides nothing."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import small_city
from small_city import EAST, client, fill
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.documents.forms import form_of
from civicwatt_cloud.kit.errors import CloudError
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, actor_named
from civicwatt_cloud.kit.notices.inbox import waiting
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.kit.workflow import countersigns, steps
from civicwatt_cloud.kit.workflow.spec import Transition
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.org.module import MODULE

ZONE = ZoneInfo("Asia/Shanghai")
CHANGE = MODULE.entity("org_change")
RECALL = Transition(
    "recall",
    "撤回",
    "recall",
    ("review",),
    "draft",
    frozenset({Role.ORGANISATION_MANAGER}),
    is_applicants=True,
)
CITY, OTHER = "429900", "420500"
People = dict[str, Context]


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """Two institutions of a city."""
    with db.session() as found:
        found.add_all([Region(code=CITY, name=CITY), Region(code=OTHER, name=OTHER)])
        found.flush()
        for number in (1, 2):
            facts = {"name": f"单位{number}", "kind": "other", "level": "county", "region_code": CITY}
            found.add(Institution(id=number, code=f"U{number}", **facts))
        found.flush()
        yield found


@pytest.fixture
def people(session: Session) -> People:
    """Li begins, Wang and Chen decide; Zhao and Sun read; Wu manages elsewhere."""
    roles = {
        "li": (Role.ORGANISATION_MANAGER, CITY),
        "wang": (Role.ORGANISATION_MANAGER, CITY),
        "chen": (Role.ORGANISATION_MANAGER, CITY),
        "zhao": (Role.APPROVER, CITY),
        "sun": (Role.STAFF, CITY),
        "wu": (Role.ORGANISATION_MANAGER, OTHER),
    }
    return {name: somebody(session, name, *granted) for name, granted in roles.items()}


def somebody(session: Session, name: str, role: Role, region: str) -> Context:
    account = Account(username=name, display_name=name, created_us=0)
    session.add(account)
    session.flush()
    session.add(Grant(account_id=account.id, role=role, region_code=region, valid_from=FOR_EVER))
    session.flush()
    return Context(session, actor_named(session, account, date(2026, 11, 21)), ZONE, 0)


@pytest.fixture
def submitted(people: People) -> int:
    """A change that Li began and handed in."""
    said = {"kind": "move", "into_id": 2, "on_day": "2026-01-01", "document": "文"}
    row = registry.create(people["li"], CHANGE, 1, said)
    steps.begin(people["li"], CHANGE, row)
    take(people["li"], row.id, "submit")
    return int(row.id)


def take(context: Context, record_id: int, event: str) -> None:
    rev = registry.get(context, CHANGE, record_id).rev
    steps.take(context, CHANGE, record_id, Wanted(rev, event, {}))
    context.session.flush()


def ask(context: Context, record_id: int, asked: Context) -> None:
    countersigns.ask(context, CHANGE, record_id, asked.actor.account_id or 0, "场地够不够？")
    context.session.flush()


def answer(context: Context, record_id: int, *, agrees: bool = True) -> None:
    countersigns.answer(context, CHANGE, record_id, agrees=agrees, opinion="够")
    context.session.flush()


def state(people: People, record_id: int) -> str:
    return str(registry.get(people["li"], CHANGE, record_id).state)


def verbs(context: Context) -> list[str]:
    return [step.zh for row in waiting(context, (MODULE,)).rows for step in row.steps]


def refused(code: str) -> pytest.RaisesExc[CloudError]:
    return pytest.RaisesExc(CloudError, check=lambda error: error.code == code)


@pytest.mark.parametrize("agrees", [True, False])
def test_k6_who_is_asked_says_an_opinion_and_then_it_is_decided(
    people: People, submitted: int, agrees: bool
) -> None:
    session = people["li"].session
    ask(people["wang"], submitted, people["zhao"])
    assert verbs(people["zhao"]) == ["会签"]
    assert "批准" not in verbs(people["wang"]) + verbs(people["chen"])
    answer(people["zhao"], submitted, agrees=agrees)
    assert verbs(people["zhao"]) == []
    assert state(people, submitted) == "review"  # an opinion decides nothing
    assert "批准" in verbs(people["wang"])  # who asked has taken no step
    take(people["wang"], submitted, "approve")
    assert state(people, submitted) == "approved"
    taken = steps.taken(people["li"], CHANGE, submitted)
    assert [one.event for one in taken] == ["begin", "submit", "countersign", "countersigned", "approve"]
    signed = form_of(people["li"], CHANGE, {}, submitted).steps[2:4]
    assert [(one.step, one.by, one.said) for one in signed] == [
        ("加签", "wang", "场地够不够？"),
        ("会签", "zhao", f"{'同意' if agrees else '不同意'}：够"),
    ]
    told = session.scalars(select(Event.name)).all()
    assert {"org_change.countersign", "org_change.countersigned"} <= set(told)
    deeds = session.scalars(select(audit.Audit.what)).all()
    assert {"org_change_countersign", "org_change_countersigned"} <= set(deeds)
    assert audit.verify(session) is None


@pytest.mark.parametrize("event", ["approve", "reject"])
def test_k6_nobody_decides_while_an_opinion_is_awaited(people: People, submitted: int, event: str) -> None:
    ask(people["wang"], submitted, people["zhao"])
    for name in ("wang", "chen"):
        with refused("CW-K1204") as caught:
            take(people[name], submitted, event)
        assert caught.value.facts["who"] == "zhao"
    with refused("CW-K1204"):
        ask(people["chen"], submitted, people["sun"])
    assert state(people, submitted) == "review"


def test_k6_a_foreign_account_is_not_asked_and_does_not_answer(people: People, submitted: int) -> None:
    offered = [one.username for one in countersigns.askable(people["wang"], CHANGE, submitted)]
    assert "wu" not in offered
    with refused("CW-K1205"):
        ask(people["wang"], submitted, people["wu"])
    with refused("CW-A1006"):
        ask(people["wu"], submitted, people["zhao"])
    ask(people["wang"], submitted, people["zhao"])
    with refused("CW-A1006"):
        answer(people["wu"], submitted)
    with refused("CW-K1206"):
        answer(people["chen"], submitted)
    answer(people["zhao"], submitted)
    with refused("CW-K1206"):
        answer(people["zhao"], submitted)


def test_k6_neither_who_asks_nor_who_began_it_is_asked(people: People, submitted: int) -> None:
    session = people["wang"].session
    session.get_one(Account, people["chen"].actor.account_id).disabled_us = 1
    session.flush()
    for name in ("wang", "li", "chen"):
        with refused("CW-K1205"):
            ask(people["wang"], submitted, people[name])
    offered = [one.username for one in countersigns.askable(people["wang"], CHANGE, submitted)]
    assert "zhao" in offered
    assert not {"wang", "li", "chen", "wu"} & set(offered)


def test_k6_who_may_not_decide_does_not_ask(people: People, submitted: int) -> None:
    with refused("CW-K1202"):
        ask(people["li"], submitted, people["zhao"])
    with refused("CW-A1003"):
        ask(people["zhao"], submitted, people["wang"])
    assert countersigns.askable(people["li"], CHANGE, submitted) == ()
    take(people["wang"], submitted, "approve")
    with refused("CW-K1201"):
        ask(people["chen"], submitted, people["zhao"])


def test_k6_who_began_it_does_not_decide_after_an_opinion_and_who_gave_it_may(
    people: People, submitted: int
) -> None:
    ask(people["wang"], submitted, people["chen"])
    answer(people["chen"], submitted)
    with refused("CW-K1202"):
        take(people["li"], submitted, "approve")
    assert "批准" in verbs(people["chen"])
    take(people["chen"], submitted, "approve")
    assert state(people, submitted) == "approved"


def test_k6_a_recall_ends_it(people: People, submitted: int) -> None:
    assert CHANGE.workflow
    flow = replace(CHANGE.workflow, transitions=(*CHANGE.workflow.transitions, RECALL))
    ask(people["wang"], submitted, people["zhao"])
    rev = registry.get(people["li"], CHANGE, submitted).rev
    steps.take(people["li"], replace(CHANGE, workflow=flow), submitted, Wanted(rev, "recall", {}))
    assert countersigns.open_of(people["li"], CHANGE, submitted) is None
    assert verbs(people["zhao"]) == []
    with refused("CW-K1206"):
        answer(people["zhao"], submitted)
    take(people["li"], submitted, "submit")
    take(people["wang"], submitted, "approve")
    assert state(people, submitted) == "approved"


async def test_k6_the_pages_are_told_who_is_asked_and_what_was_answered(
    tmp_path: Path, sqlite_template: Path
) -> None:
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data/civicwatt.sqlite")
    app = create_app(Settings(data_dir=tmp_path / "data", mqtt_host=None), (replace(MODULE, routers=()),))
    async with app.router.lifespan_context(app):
        with app.state.database.session() as session:
            fill(session)
        manager, said = Role.ORGANISATION_MANAGER, {"kind": "move", "into_id": 3, "on_day": "2026-01-01"}
        async with (
            client(app, manager, EAST) as li,
            client(app, manager, small_city.CITY) as wang,
            client(app, Role.APPROVER, EAST) as zhao,
        ):
            base = f"/api/v1/org/{CHANGE.path}"
            row = (await li.post(base, json={"owner_id": 1, "document": "文", **said})).json()
            base = f"{base}/{row['id']}"
            row = (await li.post(f"{base}/submit", json={"rev": row["rev"]})).json()
            people = (await wang.get(f"{base}/countersigners")).json()
            assert [one["name"] for one in people] == ["approver"]
            asked = {"account_id": people[0]["id"], "question": "场地够不够？"}
            row = (await wang.post(f"{base}/countersign", json=asked)).json()
            refusal = await wang.post(f"{base}/approve", json={"rev": row["rev"]})
            assert (refusal.status_code, refusal.json()["code"]) == (409, "CW-K1204")
            seen = [(await one.get(f"{base}/steps")).json() for one in (wang, zhao)]
            assert [one["asked"]["is_me"] for one in seen] == [False, True]
            assert (seen[0]["possible"], seen[0]["can_ask"]) == ([], False)
            given = {"agrees": False, "opinion": "不够"}
            row = (await zhao.post(f"{base}/countersigned", json=given)).json()
            seen = [(await wang.get(f"{base}/steps")).json()]
            assert (seen[0]["possible"], seen[0]["can_ask"], seen[0]["asked"]) == (
                ["approve", "reject"],
                True,
                None,
            )
            trace = [(one["event"], one["asked"], one["said"]) for one in seen[0]["taken"][2:]]
            assert trace == [
                ("countersign", "approver", {"question": "场地够不够？"}),
                ("countersigned", "approver", given),
            ]
            assert (await wang.post(f"{base}/approve", json={"rev": row["rev"]})).json()[
                "state"
            ] == "approved"


def test_k6_a_closed_account_keeps_nobody_waiting(people: People, submitted: int) -> None:
    session = people["wang"].session
    ask(people["wang"], submitted, people["zhao"])
    zhao = session.get_one(Account, people["zhao"].actor.account_id)
    zhao.disabled_us = 1
    session.flush()
    assert countersigns.open_of(people["wang"], CHANGE, submitted) is None
    assert "批准" in verbs(people["wang"])
    zhao.disabled_us = None
    session.flush()
    assert countersigns.open_of(people["wang"], CHANGE, submitted) is not None
