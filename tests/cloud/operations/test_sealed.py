"""A sealed file gives back what was put in, or says by name why not."""

from collections.abc import Iterator
from io import BufferedReader, BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.operations import sealed
from civicwatt_cloud.operations.errors import (
    BackupDamaged,
    BackupError,
    BackupTruncated,
    NotABackup,
    WrongKey,
)
from civicwatt_cloud.operations.sealed import DIGEST, MAGIC, Opener, Sealer, Secret

KEY = Secret("key file", b"0123456789abcdef0123456789abcdef")
SMALL = 64  # bytes of a chunk


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """Small chunks, a cheap scrypt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "CHUNK", SMALL)
        patch.setattr(sealed, "SCRYPT_N", 2)
        yield


def seal(plain: bytes, secret: Secret = KEY) -> bytes:
    file = BytesIO()
    sealer = Sealer(file, secret, {"created": "2026-11-22"})
    for start in range(0, len(plain), 50):
        sealer.write(plain[start : start + 50])
    sealer.finish()
    return file.getvalue()


def opened(data: bytes, secret: Secret = KEY) -> bytes:
    return BufferedReader(Opener(BytesIO(data), secret, "x.cwbackup")).read()


def take(data: bytes, got: list[bytes]) -> None:
    """Byte by byte, to see what was given before the fault was found."""
    file = BufferedReader(Opener(BytesIO(data), KEY, ""), 1)
    while part := file.read(1):
        got.append(part)


def header_size(data: bytes) -> int:
    return data.index(b"}\n") + 2 + 2 * DIGEST


@given(st.binary(max_size=5 * SMALL))
def test_what_goes_in_comes_out(plain: bytes) -> None:
    assert opened(seal(plain)) == plain


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 2 * SMALL, 3 * SMALL])
def test_a_chunk_may_be_exactly_full(size: int) -> None:
    assert opened(seal(b"x" * size)) == b"x" * size


def test_a_passphrase_opens_what_it_sealed_and_two_files_differ() -> None:
    secret = Secret("passphrase", "一二三四五六七八九十甲乙".encode())
    one, two = seal(b"plain", secret), seal(b"plain", secret)
    assert opened(one, secret) == b"plain"
    assert one[header_size(one) :] != two[header_size(two) :]
    assert b"plain" not in one


def test_s26_another_key_or_passphrase_is_named_with_what_is_wanted() -> None:
    with pytest.raises(WrongKey, match=r"2026-11-22.*密钥文件"):
        opened(seal(b"plain"), Secret("key file", b"x" * 32))
    with pytest.raises(WrongKey, match="密钥文件"):
        opened(seal(b"plain"), Secret("passphrase", KEY.value))
    assert WrongKey.exit_code == 5


def test_s26_a_file_cut_at_any_byte_is_told_to_be_cut() -> None:
    data = seal(bytes(range(200)))
    for length in range(1, len(data)):
        with pytest.raises(BackupTruncated):
            opened(data[:length])
    with pytest.raises(NotABackup):
        opened(b"")


def test_s26_any_changed_byte_is_noticed_before_its_chunk_is_given() -> None:
    plain = bytes(range(200))
    data = seal(plain)
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1
        got: list[bytes] = []
        with pytest.raises(BackupError) as told:
            take(bytes(changed), got)
        assert plain.startswith(b"".join(got))
        if at < len(MAGIC):
            assert isinstance(told.value, NotABackup)
        elif at < header_size(data) - 2 * DIGEST:
            assert isinstance(told.value, (BackupDamaged, BackupTruncated))


def test_s26_chunks_cannot_be_exchanged_dropped_or_added() -> None:
    data = seal(b"a" * SMALL + b"b" * SMALL + b"c" * 10)
    start, whole = header_size(data), 4 + SMALL + 16
    head, one, two, last = (
        data[:start],
        data[start : start + whole],
        data[start + whole : start + 2 * whole],
        data[start + 2 * whole :],
    )
    assert opened(head + one + two + last) == b"a" * SMALL + b"b" * SMALL + b"c" * 10
    for wrong in (two + one + last, one + last, one + one + two + last, one + two + last + b"x"):
        with pytest.raises(BackupDamaged):
            opened(head + wrong)


def test_an_unfinished_file_is_cut_short() -> None:
    file = BytesIO()
    Sealer(file, KEY, {"created": ""}).write(b"x" * 1000)
    with pytest.raises(BackupTruncated):
        opened(file.getvalue())


def test_another_file_is_no_backup() -> None:
    with pytest.raises(NotABackup):
        opened(b"PK\x03\x04 something else altogether")
