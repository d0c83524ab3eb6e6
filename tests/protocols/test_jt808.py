"""JT/T 808: frames, parts, messages, locations; whatever arrives raises TerminalFrameError at most."""

import contextlib
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.errors import TerminalFrameError
from civicwatt_protocols.explain import jt808 as explain
from civicwatt_protocols.jt808 import Assembler, Location, Message, Splitter, encode, messages, parse
from civicwatt_protocols.jt808.frames import LONGEST_BODY, LONGEST_FRAME, escape
from civicwatt_protocols.jt808.location import location_body, parse_location
from civicwatt_protocols.jt808.messages import Registered, Result

FRAME = bytes.fromhex(
    "7e020000220139860012340007000000000000000301d97af006b009400066016d005a26100109301501040001e240fc7e"
)
AT_US = 1_790_818_215_000_000  # 2026-10-01T09:30:15+08:00
HERE = Location(0, 3, 31_030_000, 112_200_000, 102, 365, 90, AT_US, ((1, bytes.fromhex("0001e240")),))

numbers = st.integers(0, 0xFFFF)
anything = st.builds(
    Message,
    id=numbers,
    phone=st.from_regex("[0-9]{12}", fullmatch=True),
    serial=numbers,
    body=st.binary(max_size=LONGEST_BODY),
)
wide = st.builds(
    replace,
    anything,
    phone=st.from_regex("[0-9]{20}", fullmatch=True),
    version=st.integers(0, 255),
)
places = st.builds(
    Location,
    alarm=st.integers(0, 2**32 - 1),
    status=st.integers(0, 2**32 - 1).map(lambda bits: bits & ~12),
    latitude_micro=st.integers(-90_000_000, 90_000_000),
    longitude_micro=st.integers(-180_000_000, 180_000_000),
    altitude_m=st.integers(-500, 9000),
    speed_hm_h=numbers,
    course_deg=st.integers(0, 359),
    at_us=st.integers(946_684_800, 4_000_000_000).map(lambda s: s * 1_000_000),
    items=st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=8))).map(tuple),
)


def test_m03_3_the_frame_of_the_acceptance_case_to_the_last_digit() -> None:
    (content,) = Splitter().feed(FRAME)
    message = parse(content)
    assert (message.id, message.phone, message.serial, message.version) == (0x0200, "013986001234", 7, None)
    (found,) = messages.locations(message)
    assert found == HERE
    assert (found.is_on, found.is_fixed) == (True, True)
    assert (found.latitude_micro, found.longitude_micro) == (31_030_000, 112_200_000)
    assert (found.altitude_m, found.speed_hm_h, found.course_deg) == (102, 365, 90)
    assert found.at_us == datetime.fromisoformat("2026-10-01T09:30:15+08:00").timestamp() * 1e6
    assert found.mileage_hm == 123_456
    assert encode(message) == FRAME
    answer = messages.answer(message, Result.OK, 1)
    assert answer.phone == "013986001234"
    assert messages.answered(parse(encode(answer))) == (7, 0x0200, 0)


def test_decode_tells_the_frame_field_by_field() -> None:
    explained = explain.explain(FRAME)
    told = {one.en: one.text for one in explained.fields}
    assert told["phone"] == "013986001234"
    assert (told["latitude"], told["longitude"], told["speed"]) == ("31.030000", "112.200000", "36.5")
    assert told["time"] == "2026-10-01T09:30:15+08:00"
    assert told["mileage"] == "12345.6"
    assert explained.fault is None


@given(st.one_of(anything, wide))
def test_every_message_comes_back(message: Message) -> None:
    assert parse(encode(message)) == message


@given(st.one_of(anything, wide))
def test_every_byte_of_a_message_is_told_once(message: Message) -> None:
    data = b"\x01" + encode(message)
    at = 0
    for one in explain.explain(data).fields:
        assert one.start == at
        assert one.size > 0
        at += one.size
    assert at == len(data)


@given(places)
def test_every_location_comes_back(place: Location) -> None:
    found = parse_location(location_body(place))
    assert replace(found, status=found.status & ~12) == place


@given(st.lists(anything, max_size=4), st.data())
def test_a_stream_may_arrive_in_any_pieces(sent: list[Message], data: st.DataObject) -> None:
    stream = b"\x00\x11".join(encode(one) for one in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    splitter, found = Splitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[start:end])
    whole = []
    for content in found:
        if content != b"\x00\x11":  # stray bytes between two flags are no frame
            whole.append(parse(content))
    assert whole == sent


@given(st.binary(max_size=400), st.binary(max_size=40))
def test_garbage_raises_terminal_frame_error_and_nothing_else(garbage: bytes, more: bytes) -> None:
    splitter, assembler = Splitter(), Assembler()
    for content in [garbage, *splitter.feed(garbage), *splitter.feed(b"\x7e" + more + b"\x7e")]:
        look_at(content, assembler)
    with contextlib.suppress(TerminalFrameError):
        explain.explain(garbage)


@given(st.binary(max_size=LONGEST_BODY), st.sampled_from(sorted(messages.TITLES)), st.booleans())
def test_a_body_of_garbage_raises_terminal_frame_error_and_nothing_else(
    body: bytes, kind: int, version: bool
) -> None:
    message = Message(kind, "1", 1, body, 1 if version else None)
    look_at(encode(message), Assembler())
    explain.explain(encode(message))


@given(st.integers(1, len(FRAME) - 2), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(place: int, bits: int) -> None:
    changed = bytearray(FRAME)
    changed[place] ^= bits
    whole = []
    for content in Splitter().feed(bytes(changed)):
        try:
            whole.append(parse(content))
        except TerminalFrameError:
            continue
    assert whole == []


def look_at(content: bytes, assembler: Assembler) -> None:
    try:
        message = assembler.add(parse(content))
        if message is None:
            return
        for read in (
            messages.registration,
            messages.authentication_code,
            messages.locations,
            messages.answered,
        ):
            try:
                read(message)
            except TerminalFrameError:
                continue
    except TerminalFrameError:
        return


def test_the_buffer_of_a_stream_is_bounded() -> None:
    splitter = Splitter()
    for _ in range(100):
        splitter.feed(b"\x7e" + b"\x55" * 10_000)
        assert len(splitter._begun) <= LONGEST_FRAME
    assert parse(splitter.feed(FRAME)[-1]).serial == 7


def test_parts_are_put_together_in_any_order_and_few_are_kept() -> None:
    bodies = [bytes([n]) * 100 for n in range(1, 4)]
    parts = [Message(0x0704, "1", 65_535 + n & 0xFFFF, bodies[n], part=n + 1, parts=3) for n in range(3)]
    sent = [parse(encode(one)) for one in parts]
    assembler = Assembler()
    assert assembler.add(sent[2]) is None
    assert assembler.add(sent[0]) is None
    whole = assembler.add(sent[1])
    assert whole is not None
    assert (whole.body, whole.serial, whole.parts) == (b"".join(bodies), 65_535, 1)
    for n in range(0, 100, 10):
        assembler.add(replace(sent[0], serial=n))
    assert len(assembler._begun) <= 4
    with pytest.raises(TerminalFrameError):
        assembler.add(replace(sent[0], parts=60_000))


@pytest.mark.parametrize(
    ("version", "sizes", "phone"), [(None, (5, 20, 7), "013986001234"), (1, (11, 30, 30), "1" * 20)]
)
def test_registration_and_authentication_of_both_versions(
    version: int | None, sizes: tuple[int, int, int], phone: str
) -> None:
    said = [text.encode().ljust(size, b"\0") for text, size in zip(("ZX", "T360", "A1"), sizes, strict=True)]
    body = b"\x00\x2a\x10\x01" + b"".join(said) + b"\x02" + "鄂A12345".encode("gbk")
    one = messages.registration(parse(encode(Message(0x0100, phone, 1, body, version))))
    assert (one.maker, one.model, one.terminal, one.plate, one.colour) == ("ZX", "T360", "A1", "鄂A12345", 2)
    answer = messages.register_answer(Message(0x0100, phone, 9, b"", version), Registered.OK, 1, "K7")
    assert answer.body == b"\x00\x09\x00K7"
    code = b"K7" if version is None else b"\x02K7" + b"8" * 15 + b"v" * 20
    assert messages.authentication_code(Message(0x0102, phone, 1, code, version)) == "K7"


@given(st.lists(places, max_size=5))
def test_locations_kept_where_there_was_no_reception_come_together(sent: list[Location]) -> None:
    body = messages.batch_body([location_body(one) for one in sent])
    found = messages.locations(Message(messages.BATCH, "1", 1, body))
    assert [replace(one, status=one.status & ~12) for one in found] == sent


def test_what_is_encrypted_is_refused() -> None:
    with pytest.raises(TerminalFrameError):
        messages.locations(Message(0x0200, "1", 1, location_body(HERE), encryption=1))


def test_frames_of_real_terminals_are_read(shared_data: Path) -> None:
    samples = json.loads((shared_data / "gps" / "jt808_samples.json").read_text())["frames"]
    found, spoilt = [], []
    for number, sample in enumerate(samples):
        content = escape(bytes.fromhex(sample["hex"])[1:-1])  # they were written down unescaped
        try:
            message = parse(content)
        except TerminalFrameError:
            spoilt.append(number)
            continue
        if message.id == messages.LOCATION:
            found += messages.locations(message)
    assert spoilt == [7, 8, 10]  # changed by hand: checksum or length is wrong
    assert len(found) == 7
    assert (found[3].latitude_micro, found[3].longitude_micro) == (22_576_385, 114_032_486)
    assert found[2].latitude_micro == -22_785_836  # south and west
    assert found[2].longitude_micro == -43_758_643
    assert [one.satellites for one in found] == [14, 14, 8, 10, 10, 10, 0]
