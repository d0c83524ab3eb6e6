"""Every rule that ships: a later version holds from its first day, the earlier one until the day before."""

import json
from datetime import date, timedelta

from sqlalchemy.orm import Session

from civicwatt_cloud.kit import rules, rules_local
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.rules import NATION_WIDE, OF_ONE, Place, RuleRow

LATEST = {(row.id, row.scope, row.level): row for row in rules.shipped()}
TEXTS = ("id", "title", "title_en", "value", "unit", "source", "clause", "status", "basis", "scope", "note")


def test_a_second_version_of_every_rule_holds_from_its_first_day_on(db: Database) -> None:
    with db.session() as session:
        tried(session)
        session.rollback()


def tried(session: Session) -> None:
    """Import a later version of each rule and ask on both sides of its first day."""
    rows = [row for row in LATEST.values() if row.valid_to is None]
    text = "".join(later(row) for row in rows)
    assert rules_local.bring_in(session, text, "later.toml", "command").added == len(rows)
    assert rules_local.bring_in(session, text, "later.toml", "command").added == 0
    found = rules_local.of(session)
    for row in rows:
        first = first_day(row)
        before = found.value(row.id, first - timedelta(days=1), place_of(row))
        assert (before.value, before.ref) == (row.value, row.ref)
        after = found.value(row.id, first, place_of(row))
        assert (after.value, after.local > 0) == (row.value + 1, True)
    assert len({row.id for row in rows}) > 50


def first_day(row: RuleRow) -> date:
    """Of the later version: the middle of next year, or a year after the row itself."""
    return max(date(2027, 7, 1), row.valid_from + timedelta(days=365))


def place_of(row: RuleRow) -> Place:
    """One for which the row is."""
    if row.scope == NATION_WIDE:
        return Place(level=row.level)
    if row.scope.startswith(OF_ONE):
        return Place(row.scope.removeprefix(OF_ONE), level=row.level)
    return Place(region=row.scope, level=row.level)


def later(row: RuleRow) -> str:
    """The row of a file that says one more from a later day on."""
    said = {name: str(getattr(row, name)) for name in TEXTS} | {"value": str(row.value + 1)}
    said |= {name: str(one) for name in ("level", "word") if (one := getattr(row, name)) is not None}
    lines = [f"{name} = {json.dumps(one, ensure_ascii=False)}" for name, one in said.items()]
    return "\n".join(["[[row]]", *lines, f"valid_from = {first_day(row)}", "", ""])
