"""The house rules a machine can hold: sizes, addresses, links, pinned packages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAIL_BYTES = 25_000


def tracked(*patterns: str) -> list[Path]:
    """Files of the project, committed or about to be."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listing.stdout.splitlines() if (path := ROOT / name).is_file()]


def test_no_source_file_over_25_kb() -> None:
    sources = [path for path in tracked("*.py", "*.ts", "*.tsx") if ".gen." not in path.name]
    assert len(sources) > 20
    assert [path.name for path in sources if path.stat().st_size > FAIL_BYTES] == []


def test_no_address_of_a_package_registry_or_of_a_build_machine() -> None:
    forbidden = re.compile(
        r"/wo" r"rk/|py" r"pi\.org|python" r"hosted|registry\.n" r"pmjs|\"resolved\":|deb\.debian"
    )
    hits = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in tracked()
        if path.suffix not in {".png", ".woff2", ".ico"}
        and (found := forbidden.search(path.read_text(errors="replace")))
    ]
    assert hits == []


def test_constraints_pin_every_package_without_addresses() -> None:
    lines = (ROOT / "constraints.txt").read_text().split()
    assert len(lines) > 50
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.\-]+==[A-Za-z0-9_.!+\-]+", line)] == []


@pytest.mark.parametrize("page", tracked("*.md"), ids=lambda path: path.name)
def test_every_relative_link_in_the_docs_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).resolve().exists()]
    assert missing == []


def test_tests_do_not_sleep_as_synchronisation() -> None:
    sleeping = re.compile(r"time\.sleep\(|asyncio\.sleep\([1-9]")
    hits = [str(path) for path in tracked("tests/*.py") if sleeping.search(path.read_text())]
    assert [hit for hit in hits if not hit.endswith("test_house.py")] == []


def test_s28_what_unpacks_or_runs_programs_is_refused_by_the_rules_and_excused_nowhere() -> None:
    source = "import pickle, yaml, marshal\npickle.loads(b'')\nyaml.load('')\nmarshal.loads(b'')\neval('1')\n"
    name = str(ROOT / "cloud/src/civicwatt_cloud/kit/made_up.py")
    command = ["ruff", "check", "--output-format", "concise", "--stdin-filename", name, "-"]
    told = subprocess.run(
        [sys.executable, "-m", *command], input=source, capture_output=True, text=True, cwd=ROOT, check=False
    ).stdout
    rules = ("S301", "S302", "S307", "S506")
    assert [rule for rule in rules if rule not in told] == []
    excused = re.compile(r"noqa:[^\n]*\b(S3(?:0[1267])|S506)")
    hits = [path.name for path in tracked("*/src/*.py", "scripts/*") if excused.search(path.read_text())]
    assert hits == []


def test_every_promise_that_a_test_names_is_written_down() -> None:
    named = re.compile(r"(?:\btest_|\b)([fs]\d\d)(?:_|\b)", re.IGNORECASE)
    tests = "\n".join(path.read_text() for path in tracked("tests/*.py"))
    numbers = {number.upper() for number in named.findall(tests)}
    written = set(re.findall(r"^\| ([FS]\d\d) \|", (ROOT / "docs" / "promises.md").read_text(), re.MULTILINE))
    assert len(numbers) > 20
    assert numbers == written
