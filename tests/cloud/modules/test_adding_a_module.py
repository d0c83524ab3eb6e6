"""docs/adding-a-module.md: a new entity has list, form, import, export and audit in sixty lines."""

import json
import re
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from civicwatt.cli import build

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "adding-a-module.md"


def test_the_page_has_ten_steps_at_most() -> None:
    assert 5 <= len(re.findall(r"^\d+\. ", PAGE.read_text("utf-8"), re.MULTILINE)) <= 10


def test_a_module_made_as_the_page_says_works_in_sixty_lines(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, HERE / "follow_the_page.py", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("code") <= 60
    assert found == {
        "created": 201,
        "amount": "500.00",
        "imported": {"new": 1, "bad": 1},
        "titles": ["会议桌", "投影仪"],
        "exported": 2,
        "history": 200,
        "form": ["number", "title", "amount", "on_day", "sensitivity"],
        "files": ["__init__.py", "models.py", "entities.py", "module.py"],
    }


def test_stats_count_the_kernel_and_every_module() -> None:
    done = CliRunner().invoke(build("module"), ["module", "stats", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert {"kit", "org", "housing", "upkeep", "fleet"} <= set(found)
    assert all(one["lines"] > 0 for one in found.values())
    assert max(one["largest"] for one in found.values()) <= 25_000
