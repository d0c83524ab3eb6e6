"""The commands for bills, virtual meters, shares, prices and closed months, on a folder of their own."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from civicwatt.cli import build
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.errors import DatabaseAway
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.closing.corrections import Finding, Sum, propose
from civicwatt_cloud.timeseries.ledger.models import LedgerDay
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.errors import CivicWattError

EXAMPLES = Path(__file__).parents[4] / "docs" / "examples"
Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copy(sqlite_template, tmp_path / "civicwatt.sqlite")
    for name in [name for name in os.environ if name.startswith("CIVICWATT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CIVICWATT_DATA_DIR", str(tmp_path))
    return Settings.load()


@pytest.fixture
def run(settings: Settings) -> Run:
    def call(*words: str) -> Result:
        return CliRunner().invoke(build(words[0]), list(words))

    return call


def of(result: Result) -> dict[str, object]:
    """The counts that a command printed as JSON."""
    return {key: value for key, value in json.loads(result.stdout).items() if key != "problems"}


@pytest.fixture
def directory(run: Run) -> None:
    """The institutions and buildings of the examples."""
    assert run("directory", "import", str(EXAMPLES / "directory.csv")).exit_code == 0


def test_the_examples_are_taken_and_a_repeat_changes_nothing(run: Run, directory: None) -> None:
    commands = (
        (("bills", "import"), "bills.csv", 7),
        (("meters", "virtual"), "virtual-meters.csv", 2),
        (("meters", "tree"), "meter-tree.csv", 3),
        (("directory", "shares"), "shares.csv", 2),
    )
    for command, name, rows in commands:
        first = run(*command, str(EXAMPLES / name), "--json")
        assert first.exit_code == 0, first.stdout
        assert of(first) == {"rows": rows, "kept": rows, "added": rows, "changed": 0}
        again = run(*command, str(EXAMPLES / name), "--json")
        assert of(again) == {"rows": rows, "kept": rows, "added": 0, "changed": 0}
    balance = run("meters", "balance", "2026-10", "--json")
    assert balance.exit_code == 0
    (row,) = json.loads(balance.stdout)
    assert row["whole_meter"] == "42990001001"
    assert row["other"] is None  # nothing is booked yet
    told = run("meters", "balance", "2026-10")
    assert "其他 other 未知 unknown" in told.stdout
    assert "42990001001、42990001002、42990001003" in told.stdout
    for command in (
        ("meters", "balance", "2026-10"),
        ("directory", "allocation", "JX-0001-1", "2026-10"),
        ("closing", "month", "JX-0001", "2026-10", "--by", "李", "--document", "三季度报表"),
    ):
        assert "待算" in run(*command).stderr
    assert "没有已入账的用量" in run("directory", "allocation", "JX-0001-1", "2026-10").stdout


def test_the_example_of_a_meter_list_is_taken_and_a_repeat_changes_nothing(run: Run, directory: None) -> None:
    for changed in (6, 0):
        result = run("meters", "import", str(EXAMPLES / "meters.csv"), "--json")
        assert of(result) == {"rows": 6, "kept": 6, "changed": changed}


@pytest.mark.parametrize(
    "words",
    [
        ("ledger", "held"),
        ("quarantine", "list"),
        ("tariffs", "list"),
        ("closing", "corrections"),
        ("meters", "balance", "2026-10"),
    ],
)
def test_where_there_is_nothing_to_list_the_command_says_so(run: Run, words: tuple[str, ...]) -> None:
    assert "没有" in run(*words).stdout
    assert json.loads(run(*words, "--json").stdout) == []


def test_price_tables_are_taken_and_listed(run: Run) -> None:
    for name, versions in (("tariff.toml", 2), ("water-price.toml", 1)):
        assert of(run("tariffs", "import", str(EXAMPLES / name), "--json")) == {
            "rows": versions,
            "added": 1,
            "changed": 0,
        }
    rows = json.loads(run("tariffs", "list", "--json").stdout)
    assert [row["key"] for row in rows] == ["jingxiang-commercial-10kv"] * 2 + ["jingxiang-water"]


def test_the_cost_of_a_month_is_told_by_band(run: Run, settings: Settings, directory: None) -> None:
    for command, name in ((("tariffs", "import"), "water-price.toml"), (("bills", "import"), "bills.csv")):
        run(*command, str(EXAMPLES / name))
    with one_transaction(settings) as session:
        point = session.scalars(select(Point).where(Point.measure == "water")).one()
        session.add(LedgerDay(point_id=point.id, day=20261001, micro=2_500_000, covered_s=86_400, quality=2))
    by_table = ("tariffs", "cost", "JX-0001", "2026-10", "--table")
    result = run(*by_table, "jingxiang-water", "--json")
    assert result.exit_code == 0
    water = {
        "tariff": "jingxiang-water",
        "title": "荆襄市非居民用水价格（示例，虚构）",
        "unit": "m³",
        "bands": [{"band": "flat", "title": "平", "amount": "2.5", "yuan": "8.625"}],
        "amount": "2.5",
        "yuan": "8.63",
        "unconfirmed": [],
        "unpriced": [],
    }
    assert json.loads(result.stdout) == {"tables": [water], "unassigned": []}
    assert "¥ 8.63" in run(*by_table, "jingxiang-water").stdout
    unassigned = run("tariffs", "cost", "JX-0001", "2026-10")
    assert unassigned.exit_code == 6
    assert "没有适用的价格表" in unassigned.stdout
    run("tariffs", "import", str(EXAMPLES / "tariff.toml"))
    entered = run("tariffs", "assign", str(EXAMPLES / "tariff-assignments.csv"), "--json")
    assert of(entered) == {"rows": 2, "kept": 2, "added": 2, "changed": 0}
    assert json.loads(run("tariffs", "cost", "JX-0001", "2026-10", "--json").stdout) == {
        "tables": [water],
        "unassigned": [],
    }
    missing = run(*by_table, "nobody")
    assert isinstance(missing.exception, CivicWattError)
    assert missing.exception.code == "CW-T1356"


def test_a_shared_buildings_month_is_given_out_to_the_digit(
    run: Run, settings: Settings, directory: None
) -> None:
    run("directory", "shares", str(EXAMPLES / "shares.csv"))
    run("bills", "import", str(EXAMPLES / "bills.csv"))
    with one_transaction(settings) as session:
        for point in session.scalars(select(Point).where(Point.device.in_(["420100735", "42990001001"]))):
            session.add(
                LedgerDay(point_id=point.id, day=20261001, micro=1_000_001, covered_s=86_400, quality=2)
            )
    result = run("directory", "allocation", "JX-0001-1", "2026-10", "--json")
    assert json.loads(result.stdout) == [  # the whole of the electricity is in no sum
        {
            "carrier": "water",
            "title": "水",
            "unit": "m³",
            "whole": "1.000001",
            "parts": {"JX-0001": "0.725001", "JX-0002": "0.275"},
        }
    ]
    assert "JX-0002 0.275" in run("directory", "allocation", "JX-0001-1", "2026-10").stdout


def test_a_bad_row_is_named_and_the_exit_says_so(run: Run, directory: None, tmp_path: Path) -> None:
    text = (EXAMPLES / "bills.csv").read_text("utf-8-sig").replace("312.5", "-312.5")
    (tmp_path / "bills.csv").write_text(text, "utf-8")
    result = run("bills", "import", str(tmp_path / "bills.csv"), "--json")
    assert result.exit_code == 6
    assert [problem["where"] for problem in json.loads(result.stdout)["problems"]] == ["账单!G2"]


def test_a_month_is_closed_and_its_correction_decided(run: Run, settings: Settings, directory: None) -> None:
    run("bills", "import", str(EXAMPLES / "bills.csv"))
    close = ("closing", "month", "JX-0001", "2026-09", "--by", "李", "--document", "三季度报表")
    assert run(*close).exit_code == 0
    with one_transaction(settings) as session:
        for micro in (1_500_000, 2_500_000):
            propose(
                session, Finding(micro // 1_000_000, 202609, Sum(micro, 5, 2), ["账单"]), 1, settings.zone
            )
    rows = json.loads(run("closing", "corrections", "--json").stdout)
    assert [(row["month"], row["reported"], row["recomputed"]) for row in rows] == [
        ("2026-09", "0", "1.5"),
        ("2026-09", "0", "2.5"),
    ]
    first, second = (row["number"] for row in rows)
    decide = ("--by", "王", "--reason", "核对单据")
    assert run("closing", "approve", first, *decide, "--value", "1.25").exit_code == 0
    assert run("closing", "reject", second, *decide).exit_code == 0
    assert json.loads(run("closing", "corrections", "--json").stdout) == []
    rows = json.loads(run("closing", "corrections", "--all", "--json").stdout)
    assert [(row["state"], row["settled"], row["decided_by"]) for row in rows] == [
        ("approved", "1.25", "command/王"),
        ("rejected", None, "command/王"),
    ]


def test_a_file_that_is_no_database_is_named_and_left_alone(settings: Settings, run: Run) -> None:
    settings.database_path.write_text("no database" * 999)
    result = run("closing", "corrections")
    assert isinstance(result.exception, DatabaseAway)
    assert settings.database_path.read_text() == "no database" * 999


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("closing", "month", "JX-0001", "2026-13", "--by", "李", "--document", "表"), "CW-T1342"),
        (("closing", "month", "NOBODY", "2026-09", "--by", "李", "--document", "表"), "CW-T1346"),
        (("closing", "approve", "GZ-2026-000009", "--by", "李", "--reason", "表"), "CW-T1343"),
        (("closing", "approve", "GZ-2026-000009", "--by", "李", "--reason", "表", "--value", "多"), "CW-C"),
        (("closing", "approve", "GZ", "--by", "李", "--reason", "表", "--value", "1e999999999"), "CW-C"),
        (("closing", "month", "JX-0001", "2026-09", "--by", " ", "--document", "表"), "CW-T1345"),
        (("closing", "month", "JX-0001", "2026-09", "--by", "李", "--document", ""), "CW-T1345"),
        (("ledger", "ratio", "gw-01/M-1", "2", "--from", "2026-10-01", "--reason", " "), "CW-C1003"),
        (("meters", "balance", "十月"), "CW-T1342"),
        (("meters", "balance", "9999-12"), "CW-T1342"),
        (("directory", "allocation", "NOWHERE", "2026-10"), "CW-T1346"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(
    run: Run, directory: None, words: tuple[str, ...], code: str
) -> None:
    result = run(*words)
    assert isinstance(result.exception, CivicWattError)
    assert result.exception.code.startswith(code)
