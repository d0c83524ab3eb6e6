import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.errors import DeviceRefused, FrameError
from civicwatt_protocols.modbus.frames import adu_size, crc16, parse_pdu, parse_response, read_request

ANSWER = bytes.fromhex("0007 0000 0007 11 03 04 0901 FF06")


def test_a_request_is_header_and_pdu() -> None:
    assert read_request(7, 0x11, 3, 0x0014, 2) == bytes.fromhex("0007 0000 0006 11 03 0014 0002")


def test_an_answer_gives_its_words() -> None:
    assert adu_size(ANSWER[:6]) == adu_size(ANSWER) == len(ANSWER)
    assert parse_response(ANSWER, 7, 0x11, 3, 2) == bytes.fromhex("0901 FF06")


@pytest.mark.parametrize(
    ("adu", "what"),
    [
        ("0006 0000 0007 11 03 04 0901 FF06", "the answer to an earlier request"),
        ("0007 0000 0007 12 03 04 0901 FF06", "another unit"),
        ("0007 0000 0007 11 04 04 0901 FF06", "another function"),
        ("0007 0000 0005 11 03 02 0901", "fewer registers than asked for"),
        ("0007 0000 0007 11 03 02 0901 FF06", "a byte count that is not the data's"),
        ("0007 0001 0007 11 03 04 0901 FF06", "no Modbus protocol"),
        ("0007 0000 0008 11 03 04 0901 FF06", "a longer length"),
        ("0007 0000 0002 11 03", "no PDU"),
        ("0007 0000 0003 11 84 02", "the exception of another function"),
        ("0007 0000", "half a header"),
        ("", "nothing"),
    ],
    ids=lambda value: value if " " in value and not value[:4].isdigit() else None,
)
def test_what_does_not_answer_the_request_is_a_frame_error(adu: str, what: str) -> None:
    with pytest.raises(FrameError):
        parse_response(bytes.fromhex(adu), 7, 0x11, 3, 2)


def test_an_exception_answer_is_a_refusal_with_its_code() -> None:
    with pytest.raises(DeviceRefused) as caught:
        parse_response(bytes.fromhex("0007 0000 0003 11 83 02"), 7, 0x11, 3, 2)
    assert caught.value.exception_code == 2


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(adu: bytes) -> None:
    try:
        words = parse_response(adu, 7, 0x11, 3, 2)
    except (FrameError, DeviceRefused):
        return
    assert len(words) == 4


@given(st.binary(max_size=8))
def test_no_pdu_raises_anything_else(pdu: bytes) -> None:
    try:
        words = parse_pdu(pdu, 4, 1)
    except (FrameError, DeviceRefused):
        return
    assert len(words) == 2


@pytest.mark.parametrize("frame", ["01 03 00 00 00 02 C4 0B", "01 04 00 00 00 02 71 CB"])
def test_crc_of_public_vectors(frame: str) -> None:
    whole = bytes.fromhex(frame)
    assert crc16(whole[:-2]) == whole[-2:]
