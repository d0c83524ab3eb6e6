"""docs/sparkplug.md says of every statement of the specification which test holds it, or why none does."""

import ast
import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[2] / "docs" / "sparkplug.md"
STATEMENTS = HERE.parents[3] / "shared" / "data" / "sparkplug" / "sparkplug3_tck_ids.json"


def parametrised():
    """(test, statement) as the tests themselves are parametrised."""
    for path in HERE.glob("test_*.py"):
        for test in ast.parse(path.read_text("utf-8")).body:
            for mark in getattr(test, "decorator_list", []):
                if not isinstance(mark, ast.Call) or not mark.args:
                    continue
                names, rows = mark.args[:2]
                if "statement" in ast.literal_eval(names):
                    rows = ast.literal_eval(rows)
                    yield from ((test.name, row if isinstance(row, str) else row[0]) for row in rows)


def table(heading):
    """First and last cell of each row under a heading; the last cell's words in code."""
    section = DOCUMENT.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")][1:]
    return [(first.strip(), re.findall(r"`([^`]+)`", last)) for first, *_, last in rows]


def test_the_table_names_what_the_tests_hold():
    written = [(test.strip("`"), each) for test, statements in table("Held") for each in statements]
    assert sorted(written) == sorted(set(parametrised()))


def test_every_statement_of_the_specification_is_held_or_set_aside_for_one_reason():
    if not STATEMENTS.exists():
        pytest.skip("the list of Sparkplug's statements (../shared/data) is not here")
    listed = json.loads(STATEMENTS.read_text("utf-8"))["statements"]
    every = {each["id"].removeprefix("tck-id-") for each in listed}
    held = {statement for _, statement in parametrised()}
    assert held <= every
    patterns = [pattern for _, statements in table("Not held") for pattern in statements]
    for statement in sorted(every):
        matches = [pattern for pattern in patterns if fnmatchcase(statement, pattern)]
        assert len(matches) == (0 if statement in held else 1), statement
    assert not [pattern for pattern in patterns if not any(fnmatchcase(each, pattern) for each in every)]
