"""A configuration from four answers."""

import tomllib
from pathlib import Path

GIVEN = ("--id", "gw-07", "--division", "429900", "--broker", "10.0.0.2:8883", "--bus", "10.0.0.5:502")


def test_four_answers_make_a_configuration_that_can_be_read(edge, tmp_path: Path) -> None:
    ran = edge("init", "--data", "data", answers="gw-07\n429900\n10.0.0.2:8883\n10.0.0.5:502\n")
    assert ran.code == 0, ran.err
    text = (tmp_path / "edge.toml").read_text()
    written = tomllib.loads(text)
    assert written["gateway"] == {"id": "gw-07", "division": "429900", "data": "data"}
    assert written["broker"] == {"host": "10.0.0.2", "port": 8883}
    assert written["bus"][0]["url"] == "tcp://10.0.0.5:502"
    assert "# 网关编号" in text
    assert edge("check", tmp_path / "edge.toml").code == 0


def test_unattended_it_asks_nothing_and_tells_programs_what_it_wrote(edge, tmp_path: Path) -> None:
    ran = edge("init", "--yes", "--json", *GIVEN)
    assert ran.code == 0
    assert ran.json["config"] == str(tmp_path / "edge.toml")
    assert ran.json["bus"] == "tcp://10.0.0.5:502"


def test_unattended_a_missing_answer_is_a_wrong_use(edge, tmp_path: Path) -> None:
    ran = edge("init", "--yes", "--id", "gw-07")
    assert ran.code == 2
    assert "CW-E2060 --division" in ran.err
    assert "answer with --division" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_at_the_end_of_the_input_the_option_that_answers_is_named(edge, tmp_path: Path) -> None:
    ran = edge("init", answers="gw-07\n")
    assert ran.code == 2
    assert "CW-E2060 --division" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_the_option_that_overwrites_is_named(edge, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text("# mine\n")
    ran = edge("init", *GIVEN)
    assert ran.code == 2
    assert "answer with --force" in ran.err
    assert (tmp_path / "edge.toml").read_text() == "# mine\n"


def test_an_existing_file_is_kept_until_it_is_said_to_go(edge, tmp_path: Path) -> None:
    (tmp_path / "edge.toml").write_text("# mine\n")
    ran = edge("init", "--yes", *GIVEN)
    assert ran.code == 2
    assert "CW-E2061" in ran.err
    assert (tmp_path / "edge.toml").read_text() == "# mine\n"
    assert edge("init", "--yes", "--force", *GIVEN).code == 0
    assert (tmp_path / "edge.toml.old").read_text() == "# mine\n"


def test_a_wrong_answer_is_said_and_nothing_is_written(edge, tmp_path: Path) -> None:
    ran = edge("init", "--yes", "--id", "gw/07", *GIVEN[2:])
    assert ran.code == 3
    assert "gateway.id" in ran.err
    ran = edge("init", "--yes", *GIVEN[:-1], "ftp://10.0.0.5:502")
    assert ran.code == 3
    assert list(tmp_path.iterdir()) == []
