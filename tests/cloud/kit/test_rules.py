"""Which row of a rule holds: by day, place and level; imported rows before those that ship."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from civicwatt_cloud.kit import problems, rules, rules_api, rules_local
from civicwatt_cloud.kit.boundaries import Word
from civicwatt_cloud.kit.calendar_errors import NoSource
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Level, Region
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.identity import Actor, Granted
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.rules import Place, RuleRow, Rules
from civicwatt_cloud.kit.rules_commands import app
from civicwatt_cloud.kit.rules_local import LocalRule
from civicwatt_protocols.errors import BadValue

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "local-rules.toml"
TODAY = date(2026, 11, 21)
U1 = Place("U1", "429901", Level.COUNTY)
SCOPES = ("nation", "420000", "429900", "429901", "institution:U1")
LOCAL = """
[[row]]
id = "calendar.close_of_business"
title = "下班时间"
title_en = "close of business"
value = "{value}"
unit = "h"
source = "{source}"
clause = "二"
valid_from = 2026-10-01
status = "local"
scope = "429900"
{more}
"""


def row(value: int | str, start: str = "2000-01-01", **more: object) -> RuleRow:
    facts = {"id": "x", "title": "甲", "title_en": "a", "unit": "m²", "source": "某办法", "clause": "第一条"}
    dates = {"valid_from": date.fromisoformat(start), "status": "choice"}
    return RuleRow(**(facts | dates | {"value": Decimal(value)} | more))  # type: ignore[arg-type]


def test_m10_2_the_same_call_answers_as_of_the_day() -> None:
    standard = Rules(
        [
            row(20, "1999-12-23", valid_to=date(2014, 11, 27), source="计投资〔1999〕2250号"),
            row(30, "2014-11-27", source="发改投资〔2014〕2674号"),
        ]
    )
    before, after = (standard.value("x", day) for day in (date(2014, 1, 1), date(2015, 1, 1)))
    assert (before.value, after.value) == (20, 30)
    assert (before.ref, after.ref) == ("x@1999-12-23", "x@2014-11-27")


@given(st.sets(st.sampled_from(range(len(SCOPES))), min_size=1))
def test_the_narrowest_scope_holds(chosen: set[int]) -> None:
    rows = [row(n, scope=SCOPES[n]) for n in chosen]
    assert Rules(rows).value("x", TODAY, U1).value == max(chosen)


def test_a_row_of_another_place_or_level_does_not_hold() -> None:
    rows = Rules(
        [
            row(1, scope="429902"),
            row(2, scope="institution:U10"),
            row(3, level=Level.CITY),
            row(4, scope="430000"),
        ]
    )
    with pytest.raises(NoRule):
        rows.value("x", TODAY, U1)
    assert rows.value("x", TODAY, Place(level=Level.CITY)).value == 3


def test_the_row_for_the_level_holds_before_the_one_for_all() -> None:
    rows = Rules([row(9), row(12, level=Level.COUNTY), row(6, scope="429900")])
    assert rows.value("x", TODAY, Place(level=Level.COUNTY)).value == 12
    assert rows.value("x", TODAY, U1).value == 6  # but a narrower scope comes first
    assert rows.value("x", TODAY, U1).ref == "x/429900@2000-01-01"


def test_the_word_decides_at_the_limit() -> None:
    assert row("1.6", word=Word.AT_MOST).holds(Decimal("1.6"))
    assert not row(8, word=Word.EXCEEDING).holds(8)
    with pytest.raises(ValueError, match="boundary word"):
        row(8).holds(8)


@pytest.mark.parametrize("scope", ["province", "42990", "institution", ""])
def test_a_scope_that_is_none_is_refused(scope: str) -> None:
    with pytest.raises(BadValue, match="scope"):
        rules.parse(LOCAL.format(value=17, source="某", more="").replace("429900", scope), "t.toml")


def test_rows_for_other_organs_may_hold_on_the_same_day() -> None:
    Rules([row(1), row(2, scope="420000"), row(3, level=Level.CITY)])
    with pytest.raises(BadValue, match="2001-01-01"):
        Rules([row(1), row(2, "2001-01-01")])


@pytest.fixture
def imported(db: Database) -> Database:
    """With a local row over the hours of the city."""
    with db.session() as session:
        done = rules_local.bring_in(
            session, LOCAL.format(value=17, source="市作息通知", more=""), "t", "command"
        )
    assert done == (1, 1)
    return db


def close(database: Database, place: Place) -> tuple[Decimal, str]:
    with database.reading() as session:
        found = rules_local.of(session).value("calendar.close_of_business", TODAY, place)
    return found.value, found.ref


def test_a_local_row_holds_where_it_is_for_and_the_shipped_one_elsewhere(imported: Database) -> None:
    assert close(imported, U1) == (17, "calendar.close_of_business/429900@2026-10-01#1")
    assert close(imported, Place()) == (Decimal("17.5"), "calendar.close_of_business@1949-10-01")


def test_the_same_row_again_is_not_added(imported: Database) -> None:
    with imported.session() as session:
        text = LOCAL.format(value="17.0", source="市作息通知", more="")
        assert rules_local.bring_in(session, text, "t", "command") == (1, 0)


def test_a_later_import_corrects_or_takes_out_of_effect(imported: Database) -> None:
    for value, more, holds in ((18, "", 18), (18, "valid_to = 2026-10-01", Decimal("17.5"))):
        with imported.session() as session:
            text = LOCAL.format(value=value, source="市作息通知", more=more)
            rules_local.bring_in(session, text, "t", "command")
        assert close(imported, U1)[0] == holds


def test_the_rules_are_read_once_a_transaction_and_anew_after_an_import(db: Database) -> None:
    with db.session() as session:
        before = rules_local.of(session)
        assert rules_local.of(session) is before
        text = LOCAL.format(value=17, source="市作息通知", more="")
        rules_local.bring_in(session, text, "t", "command")
        assert rules_local.of(session).value("calendar.close_of_business", TODAY, U1).value == 17
        assert before.value("calendar.close_of_business", TODAY, U1).value != 17


@pytest.mark.parametrize("source", ["", "  "])
def test_a_local_row_without_its_source_is_refused(db: Database, source: str) -> None:
    with db.session() as session, pytest.raises(NoSource):
        rules_local.bring_in(session, LOCAL.format(value=17, source=source, more=""), "t", "command")


@pytest.mark.parametrize("deed", [update(LocalRule).values(value="1"), delete(LocalRule)])
def test_an_imported_row_is_never_changed(imported: Database, deed: object) -> None:
    with pytest.raises(IntegrityError), imported.session() as session:
        session.execute(deed)  # type: ignore[call-overload]


def test_the_command_imports_rows_and_shows_them_with_their_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVICWATT_DATA_DIR", str(tmp_path))
    for added in (1, 0):
        assert f"新增 added {added}" in CliRunner().invoke(app, ["import", str(EXAMPLE)]).stdout
    shown = CliRunner().invoke(app, ["show", "calendar.close_of_business"]).stdout
    assert "calendar.close_of_business/429900@2026-05-01#1  18 h  2026-05-01…2026-10-01" in shown
    assert "荆襄市人民政府办公室关于调整夏季作息时间的通知 第一条" in shown
    assert "calendar.close_of_business@1949-10-01  17.5 h" in shown


@pytest.fixture
async def client(imported: Database) -> AsyncIterator[AsyncClient]:
    """The route alone, for a liaison of U1 in the first county."""
    with imported.session() as session:
        for code, region in (("U1", "429901"), ("U2", "429902")):
            session.add(Region(code=region, name=region))
            session.flush()
            session.add(Institution(code=code, name=code, kind="other", level="county", region_code=region))
        for number, scope in enumerate(("institution:U1", "institution:U2")):
            text = LOCAL.format(value=20 + number, source="市作息通知", more="").replace("429900", scope)
            rules_local.bring_in(session, text, "t", "command")
    made = FastAPI()
    problems.install(made)
    made.include_router(rules_api.router)
    made.state.database, made.state.zone = imported, ZoneInfo("Asia/Shanghai")
    made.state.clock = SimpleNamespace(now_us=lambda: 1_795_300_000_000_000)  # 2026-11-21
    required = rules_api.Reader.__metadata__[0].dependency  # type: ignore[attr-defined]
    grant = Granted(Role.LIAISON, "429901/U1/", Level.COUNTY, "U1")
    made.dependency_overrides[required] = lambda: Actor(1, "li", "李", (grant,))
    async with AsyncClient(transport=ASGITransport(made), base_url="http://cloud") as opened:
        yield opened


QUESTIONS = (("", "17.5"), ("?institution_id=1", "20"), ("?institution_id=1&as_of=2026-09-30", "17.5"))


async def test_what_decides_for_a_place_on_a_day_is_told(client: AsyncClient) -> None:
    path = "/api/v1/rules/calendar.close_of_business"
    for query, value in QUESTIONS:
        rows = (await client.get(path + query)).json()
        assert [one["value"] for one in rows if one["holds"]] == [value]
        assert [one["scope"] for one in rows] == ["nation", "429900", "institution:U1"]  # not that of U2
    assert rows[1]["source"] == "市作息通知"
    for wrong in ("/api/v1/rules/nothing", f"{path}?institution_id=2"):
        assert (await client.get(wrong)).status_code == 404


def test_a_place_is_an_institutions() -> None:
    there = Institution(code="U1", region_code="429901", level="county")
    assert rules.place_of(there) == U1


def test_every_shipped_row_can_be_asked_for() -> None:
    loaded = rules.load()
    for one in rules.shipped():
        assert one.source
        assert one.clause
        assert one.title
        assert one.title_en
        assert one in loaded.rows(one.id)
