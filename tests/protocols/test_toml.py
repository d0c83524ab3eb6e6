from decimal import Decimal

import pytest

from civicwatt_protocols.errors import BadToml, BadValue, UnknownKey
from civicwatt_protocols.toml import Table, decode, text_of


class Device(Table, frozen=True, kw_only=True):
    id: str
    unit: int
    scale: Decimal = Decimal(1)
    ratio: float = 1.0


class Bus(Table, frozen=True, kw_only=True):
    name: str
    device: tuple[Device, ...] = ()


class Row(Table, frozen=True, kw_only=True):
    address: int


class File(Table, frozen=True, kw_only=True):
    title: str = ""
    bus: tuple[Bus, ...] = ()
    rows: tuple[Row, ...] = ()


TEXT = """# first line
title = "t"
rows = [
  # a comment
  { address = 1 },
  { address = 2 },
]

[[bus]]
name = "b0"
[[bus.device]]
id = "d0"
unit = 1

[[bus]]
name = "b1"
[[bus.device]]
id = "d1"
unit = 1
[[bus.device]]
id = "d2"
unit = 2
scale = 0.1
ratio = 0.5
"""


def test_reads_typed_structs_and_exact_decimals() -> None:
    file = decode(TEXT, File, "f.toml")
    device = file.bus[1].device[1]
    assert (device.id, device.unit, device.scale, device.ratio) == ("d2", 2, Decimal("0.1"), 0.5)


@pytest.mark.parametrize(
    ("old", "new", "error", "where", "key"),
    [
        ('title = "t"', "title = 3", BadValue, "f.toml:2", "title"),
        ("address = 2", 'address = "2"', BadValue, "f.toml:6", "rows.address"),
        ("address = 2", "adress = 2", UnknownKey, "f.toml:6", "adress"),
        ('name = "b1"', 'nam = "b1"', UnknownKey, "f.toml:16", "nam"),
        ("unit = 2", "unit = true", BadValue, "f.toml:22", "bus.device.unit"),
        ('id = "d2"\n', "", BadValue, "f.toml:20", "id"),
        ("unit = 2", "unit = 2\nport = 5", UnknownKey, "f.toml:23", "port"),
    ],
)
def test_an_error_names_file_line_and_key(
    old: str, new: str, error: type[BadValue | UnknownKey], where: str, key: str
) -> None:
    with pytest.raises(error) as caught:
        decode(TEXT.replace(old, new), File, "f.toml")
    assert caught.value.where == where
    assert caught.value.facts["key"] == key


@pytest.mark.parametrize(
    ("text", "where"), [('a = 1\nb = "x\n', "f.toml:2"), ("a = [", "f.toml:1"), ("a =", "f.toml:1")]
)
def test_broken_toml_names_its_line(text: str, where: str) -> None:
    with pytest.raises(BadToml) as caught:
        decode(text, File, "f.toml")
    assert caught.value.where == where


def test_nesting_beyond_all_measure_is_broken_toml() -> None:
    with pytest.raises(BadToml):
        decode("a = " + "[" * 5000 + "]" * 5000, File, "f.toml")


@pytest.mark.parametrize("number", ["9" * 5000, "1e99999999999999999999", "-1.5e-99999999999999999999"])
def test_f28_a_number_beyond_all_measure_is_broken_toml(number: str) -> None:
    with pytest.raises(BadToml) as caught:
        decode(f"title = {number}", File, "f.toml")
    assert caught.value.where == "f.toml"


def test_a_file_is_utf_8_with_or_without_its_mark_and_nothing_else() -> None:
    assert text_of("\ufefftitle = '楼'".encode(), "f.toml") == text_of("title = '楼'".encode(), "f.toml")
    with pytest.raises(BadToml) as caught:
        text_of("title = 't'\nname = '电表'".encode("gb18030"), "f.toml")
    assert caught.value.where == "f.toml:2"
