"""A template for a device that has none yet."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from civicwatt_edge.commands.templates import app
from civicwatt_edge.errors import ConsentNeeded
from civicwatt_protocols import golden, templates
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.template import parse


def new(tmp_path: Path, *arguments: str):
    result = CliRunner().invoke(app, ["new", *arguments, "--out", str(tmp_path / "new.toml")])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize("like", ["", "eastron/sdm630", "chint/dtsu666"])
def test_the_draft_passes_its_own_check_and_says_what_it_was_copied_from(tmp_path: Path, like) -> None:
    more = ("--from", like) if like else ()
    assert new(tmp_path, "acme/pm100", "--yes", "--title-zh", '顶点 "PM\\100"', *more).exit_code == 0
    drafted = parse((tmp_path / "new.toml").read_text(), "new.toml")
    golden.check(drafted)
    assert (drafted.key, drafted.maker, drafted.model) == ("acme/pm100", "acme", "PM100")
    assert drafted.title_zh == '顶点 "PM\\100"'
    assert drafted.source.status == "memory"
    if like:
        assert drafted.registers == templates.load(like).registers
        assert like in drafted.source.document
    assert CliRunner().invoke(app, ["lint", str(tmp_path / "new.toml")]).exit_code == 0


def test_an_existing_file_is_kept_and_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    new(tmp_path, "acme/pm100", "--yes")
    before = (tmp_path / "new.toml").read_bytes()
    with pytest.raises(Exception, match="CW-E2061"):
        new(tmp_path, "acme/pm100", "--yes")
    assert (tmp_path / "new.toml").read_bytes() == before
    assert new(tmp_path, "acme/pm200", "--yes", "--force").exit_code == 0
    assert (tmp_path / "new.toml.old").read_bytes() == before
    with pytest.raises(BadValue):
        new(tmp_path, "PM 100", "--yes")


def test_at_the_end_of_the_input_the_option_that_answers_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConsentNeeded, match="--title-zh"):
        new(tmp_path, "acme/pm100", "--maker", "acme", "--model", "PM100")
    assert not (tmp_path / "new.toml").exists()
