"""SunSpec: a device tells its own registers; we find, follow and read them without assuming an address."""

import struct
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.sunspec.identity import Identity, identity
from civicwatt_protocols.sunspec.models import PointType, decode, definitions
from civicwatt_protocols.sunspec.walk import BASES, MAX_MODELS, Model, Read, discover, poll

END = struct.pack(">2H", 0xFFFF, 0)


def run(walk: Generator[Read, bytes | None, Any], image: dict[int, int]) -> tuple[Any, list[Read]]:
    """Answer a walk from registers by address; a read of any other register is refused."""
    reads: list[Read] = []
    answer: bytes | None = None
    while True:
        try:
            read = walk.send(answer) if reads else next(walk)
        except StopIteration as end:
            return end.value, reads
        reads.append(read)
        words = [image.get(address) for address in range(read.address, read.address + read.count)]
        answer = None if None in words else struct.pack(f">{read.count}H", *words)


def image(base: int, data: bytes) -> dict[int, int]:
    return dict(enumerate(struct.unpack(f">{len(data) // 2}H", data), base))


def model(id: int, words: list[int]) -> bytes:
    return struct.pack(f">2H{len(words)}H", id, len(words), *words)


def inverter() -> list[int]:
    """Model 103 as the fifty registers after its header, restated by hand from the model's table."""
    words = [0] * 50
    words[1:5] = [125, 0xFFFF, 130, 0xFFFF]  # AphA, AphB not implemented, AphC, A_SF -1
    words[8:12] = [2305, 2298, 0xFFFF, 0xFFFF]  # PhVphA, PhVphB, PhVphC not implemented, V_SF -1
    words[12:14] = [4500, 1]  # W, W_SF 1: above 32767 W a positive scale factor is needed
    words[14:16] = [5002, 0xFFFE]  # Hz, SF -2
    words[16:18] = [0x8000, 0]  # VA not implemented
    words[18:20] = [0xFF06, 0]  # VAr -250
    words[20:22] = [0xFC1A, 0xFFFF]  # PF -998, SF -1: -99.8 %
    words[22:25] = [*divmod(122_999_999, 65536), 0]  # WH, WH_SF 0
    words[29:31] = [4600, 0x8000]  # DCW whose scale factor is not implemented
    words[31:36] = [365, 0, 0, 0, 0xFFFF]  # TmpCab, Tmp_SF -1
    words[36] = 4  # St: MPPT
    return words


def test_an_inverter_is_read_with_its_scale_factors() -> None:
    words = inverter()
    values = dict(decode(103, struct.pack(">50H", *words)))
    assert values["current_l1"] == 12.5
    assert values["current_l2"] is None
    assert values["voltage_l1"] == 230.5
    assert values["voltage_l3"] is None
    assert values["active_power_total"] == 45_000
    assert values["frequency"] == 50.02
    assert values["apparent_power_total"] is None
    assert values["reactive_power_total"] == -250
    assert values["power_factor_total"] == -0.998
    assert values["generated_active_energy"] == 122_999.999
    assert values["dc_power"] is None
    assert values["internal_temperature"] == 36.5
    assert values["device_status"] == 4


def test_a_meter_with_floats_is_read() -> None:
    data = bytearray(b"\x7f\xc0\x00\x00" * 62)  # NaN: not implemented
    for offset, value in ((12, 230.5), (28, -1500.0), (68, 123456784.0)):  # PhVphA, W, TotWhImp of model 213
        struct.pack_into(">f", data, 2 * (offset - 2), value)
    values = dict(decode(213, bytes(data)))
    assert {key: value for key, value in values.items() if value is not None} == {
        "voltage_l1": 230.5,
        "active_power_total": -1500.0,
        "import_active_energy": 123456.784,
    }
    assert len(values) > 20


@pytest.mark.parametrize("base", BASES)
def test_the_chain_is_found_at_each_base_and_followed_by_its_lengths(base: int) -> None:
    common = model(1, [0] * 66)
    chain = b"SunS" + common + model(64001, [7] * 5) + model(103, inverter()) + END
    found, reads = run(discover(), image(base, chain))
    assert found == (
        Model(1, base + 4, 66),
        Model(64001, base + 72, 5),
        Model(103, base + 79, 50),
    )
    assert reads[-1] == Read(base + 129, 2)
    values, asked = run(poll(found), image(base, chain))
    assert [(one.address, one.count) for one in asked] == [(base + 77, 39)]
    assert dict(values)["active_power_total"] == 45_000


def test_a_device_without_the_marker_is_no_sunspec_device() -> None:
    assert run(discover(), {}) == (None, [Read(base, 2) for base in BASES])
    assert run(discover(), image(40000, b"Suns" + END))[0] is None


def test_a_chain_that_breaks_off_keeps_what_was_found() -> None:
    chain = image(40000, b"SunS" + model(1, [0] * 66))
    assert run(discover(), chain)[0] == (Model(1, 40004, 66),)


def test_a_length_beyond_the_last_address_ends_the_chain() -> None:
    assert run(discover(), image(50000, b"SunS" + struct.pack(">2H", 103, 20000)))[0] == ()


def test_a_chain_without_an_end_is_left() -> None:
    zeros = dict.fromkeys(range(65536), 0) | image(40000, b"SunS")
    found, reads = run(discover(), zeros)
    assert len(found) == MAX_MODELS
    assert len(reads) == 1 + MAX_MODELS


def test_the_first_model_with_a_value_tells_a_measure() -> None:
    without = inverter()
    without[12] = 0x8000
    chain = b"SunS" + model(101, without) + model(103, inverter()) + END
    found, _ = run(discover(), image(0, chain))
    values, reads = run(poll(found), image(0, chain))
    assert len(reads) == 2
    assert dict(values)["active_power_total"] == 45_000
    assert len(values) == len(dict(values))


def test_a_refused_model_has_no_value_and_the_others_do() -> None:
    mppt = [0xFFFF, 0xFFFF, 0, 0, 0, 0, 2, 0] + [0] * 40  # DCA_SF, DCV_SF -1; N 2
    mppt[17:19], mppt[37:39] = [52, 6205], [47, 6188]  # DCA and DCV of the first and the second module
    chain = b"SunS" + model(160, mppt) + END
    found, _ = run(discover(), image(40000, chain))
    header_alone = image(30000, struct.pack(">2H", 203, 105))
    values, _ = run(poll([Model(203, 30002, 105), *found]), header_alone | image(40000, chain))
    assert dict(values)["import_active_energy"] is None
    assert dict(values)["pv1_voltage"] == 620.5
    assert dict(values)["pv2_current"] == 4.7


@pytest.mark.parametrize(
    "now",
    [
        model(1, [0] * 66) + model(120, [4] + [0] * 25) + model(103, inverter()),  # one stands before it
        model(1, [0] * 66) + model(101, inverter()),
        model(1, [0] * 66) + model(103, [*inverter(), 0, 0]),
        b"",  # it is refused there
    ],
)
def test_f25_no_register_is_read_where_another_model_stands_now(now: bytes) -> None:
    found, _ = run(discover(), image(40000, b"SunS" + model(1, [0] * 66) + model(103, inverter()) + END))
    assert run(poll(found), image(40000, b"SunS" + now + END))[0] is None


def test_a_shorter_variant_lacks_the_measures_beyond_its_length() -> None:
    one_module = [0xFFFF, 0xFFFF, 0, 0, 0, 0, 1, 0] + [0] * 20
    assert [measure for measure, _ in decode(160, struct.pack(">28H", *one_module))] == [
        "pv1_current",
        "pv1_voltage",
    ]
    assert decode(103, b"") == []


def test_an_unknown_model_has_no_measures() -> None:
    assert decode(64001, bytes(40)) == []


def test_the_name_plate_is_read() -> None:
    def text(value: str, registers: int) -> bytes:
        return value.encode().ljust(2 * registers, b"\0")

    data = text("Maker", 16) + text("Model 5", 16) + text("", 8) + text("1.2.3", 8) + text("sn-1", 16)
    assert identity(data + bytes(4)) == Identity("Maker", "Model 5", "", "1.2.3", "sn-1")
    assert identity(data[:64]) == Identity("Maker", "Model 5", "", "", "")
    assert identity(b"\xff" * 32).maker == "\ufffd" * 32


def test_s08_a_name_plate_holds_nothing_that_ends_a_line_or_turns_the_writing() -> None:
    told = "a\n[[device]]\r\x01\x7f\u2028\u0085\u202e华 为 "
    assert identity(told.encode().ljust(32, b"\0")).maker == "a[[device]]华 为"


@pytest.mark.parametrize("id", sorted(definitions()))
def test_every_model_tells_known_measures_once_within_one_request(id: int) -> None:
    points = definitions()[id].points
    measures = [point.measure for point in points]
    assert set(measures) <= set(MEASURES)
    assert len(measures) == len(set(measures))
    assert definitions()[id].end <= 125
    assert all(point.offset >= 2 and (point.sf is None or point.sf >= 2) for point in points)
    assert all(point.sf is None for point in points if point.type is PointType.FLOAT32)


@given(raw=st.integers(-32767, 32767), factor=st.integers(-10, 10))
def test_a_scale_factor_is_a_power_of_ten_to_a_millionth(raw: int, factor: int) -> None:
    words = inverter()
    words[12:14] = [raw & 0xFFFF, factor & 0xFFFF]
    value = dict(decode(103, struct.pack(">50H", *words)))["active_power_total"]
    assert value is not None
    assert value == pytest.approx(raw * 10.0**factor, abs=0.51e-6, rel=1e-15)


@given(factor=st.integers(-32768, 32767).filter(lambda one: not -10 <= one <= 10))
def test_a_scale_factor_out_of_bounds_gives_no_value(factor: int) -> None:
    words = inverter()
    words[13] = factor & 0xFFFF
    assert dict(decode(103, struct.pack(">50H", *words)))["active_power_total"] is None


@given(id=st.sampled_from(sorted(definitions())), data=st.binary(max_size=260))
def test_any_bytes_are_decoded_without_failing(id: int, data: bytes) -> None:
    for measure, value in decode(id, data):
        assert measure in MEASURES
        assert value is None or isinstance(value, float)


@given(data=st.binary(max_size=400))
def test_any_device_is_walked_to_an_end(data: bytes) -> None:
    registers = image(40000, b"SunS" + data[: len(data) // 2 * 2])
    found, reads = run(discover(), registers)
    assert len(reads) <= 2 + len(data) // 4
    assert run(poll(found), registers)[0] is not None
