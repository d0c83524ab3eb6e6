"""The page of devices says what the templates say, and leads to them."""

import re
import subprocess
import sys
from pathlib import Path

from civicwatt_protocols import templates

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "devices" / "README.md"


def test_the_page_of_all_devices_is_current() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / "devices-page"], capture_output=True, text=True, check=True
    ).stdout
    assert made == PAGE.read_text("utf-8"), "run `make generate`"


def test_every_template_has_a_line_that_leads_to_it() -> None:
    lines = re.findall(r"^\| \[`(\S+)`\]\((\S+)\)", PAGE.read_text("utf-8"), re.MULTILINE)
    assert tuple(key for key, _ in lines) == templates.names()
    assert all((PAGE.parent / file).is_file() for _, file in lines)


def test_thirty_devices_and_more_are_read() -> None:
    real = [name for name in templates.names() if not templates.load(name).simulated]
    assert len(real) >= 30
