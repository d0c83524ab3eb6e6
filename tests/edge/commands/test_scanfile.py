"""S08: whatever a device calls itself, a scan file holds it as text and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_edge.commands.identify import Guess
from civicwatt_edge.commands.scanfile import compose, read, row_text
from civicwatt_protocols import toml
from civicwatt_protocols.errors import BadToml
from civicwatt_protocols.sunspec.identity import Identity

BUS = {"url": "tcp://127.0.0.1:502"}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)  # UTF-8 has no surrogates


@pytest.mark.parametrize(
    "told", ["X1", "Bad\x01", 'a\n[[device]]\nid = "evil"\nunit = 9\n#', "a\n[x", "a\x7f\u2028\u0085\r\tb"]
)
def test_s08_a_name_plate_adds_no_row_and_spoils_no_file(tmp_path, told):
    path = tmp_path / "scan.toml"
    plate = Identity(told, told, "", "", "")
    path.write_text(compose(f"scan\n{told}", BUS, [Guess(3, sunspec=plate)], [4], "m"))
    found = read(path)
    assert (found.bus.url, found.rows, found.bad) == (BUS["url"], (), ())


@given(value=TEXTS, comment=TEXTS)
def test_s08_any_text_is_read_as_it_was_written(value, comment):
    assert toml.tables(row_text("x", {"key": value}, comment), "x.toml") == {"x": [{"key": value}]}


def test_a_scan_file_with_an_impossible_number_is_refused_with_its_reason(tmp_path):
    path = tmp_path / "scan.toml"
    path.write_text(f'url = "{BUS["url"]}"\ntimeout_ms = {"9" * 5000}\n')
    with pytest.raises(BadToml):
        read(path)
