"""The `civicwatt` command: every group says what is wrong alike, and explains itself in both languages."""

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
import typer

from civicwatt import cli
from civicwatt.demo import cli as demo


@pytest.fixture(autouse=True)
def own_process() -> Iterator[None]:
    """A command sets up logging for its process; here it is undone."""
    handlers = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


@pytest.mark.parametrize(
    ("command", "code", "status"),
    [
        ("edge check {wrong}", "CW-C1002", 3),
        ("edge run --config {wrong}", "CW-C1002", 3),
        ("edge check {absent}", "CW-C1003", 3),
        ("templates lint {wrong}", "CW-C1002", 3),
        ("sim run --city {wrong}", "CW-S1002", 3),
        ("sim run --city {wrong} --clock noon", "CW-C1003", 3),
        ("cloud serve --config {wrong}", "CW-C1002", 3),
        ("directory import {wrong} --config {wrong}", "CW-C1002", 3),
        ("meters import {absent}.csv --config {good}", "CW-D1001", 1),
        ("sim city {wrong}/city.json", "CW-C1004", 3),
        ("directory import {absent}.csv --config {inside}", "CW-C1004", 3),
    ],
)
def test_a_known_error_is_code_cause_and_remedy_in_both_languages_and_an_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    code: str,
    status: int,
) -> None:
    files = {name: tmp_path / name for name in ("wrong", "good", "absent", "inside")}
    files["wrong"].write_text("nobody_reads_this = 1\n")
    files["good"].write_text(f'data_dir = "{tmp_path / "data"}"\n')
    files["inside"].write_text(f'data_dir = "{tmp_path / "wrong" / "data"}"\n')  # a folder in a file
    monkeypatch.setattr("sys.argv", ["civicwatt", *command.format(**files).split()])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr()
    zh, en = said.err.splitlines()[-2:]  # a log may stand before
    assert end.value.code == status
    assert zh.startswith(code)
    assert re.search("[一-鿿]", zh)
    assert not re.search("[一-鿿]", en)
    assert said.out == ""


def test_a_demo_leaves_the_databases_of_an_installation_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []

    def run(*_: object, **__: object) -> None:
        found.extend(name for name in os.environ if name.startswith("CIVICWATT_"))

    monkeypatch.setenv("CIVICWATT_DATABASE_URL", "postgresql://civicwatt@db/civicwatt")
    monkeypatch.setattr("civicwatt.demo.run.run", run)
    demo.demo(data=tmp_path)
    assert found == []


@pytest.mark.parametrize("word", ["demo", *cli.GROUPS])
def test_every_command_and_option_is_explained_in_both_languages(word: str) -> None:
    asked = typer.main.get_command(cli.build(word)).commands[word]
    commands = getattr(asked, "commands", {word: asked})
    explained = {name: command.help for name, command in commands.items()}
    for name, command in commands.items():
        explained |= {f"{name} {one.name}": one.help for one in command.params if one.name != "help"}
    both = re.compile(r"[一-鿿].* · .*[a-z]")
    assert {name: text for name, text in explained.items() if not both.search(text or "")} == {}
