"""S10, S11: both families by their vectors; what one wrote the other reads, and nothing that was changed."""

import os
import stat
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit import crypto
from civicwatt_cloud.kit.crypto import PROVIDERS, Family

FAMILIES: tuple[Family, ...] = ("intl", "gm")
KEY = bytes(range(32))


@pytest.mark.parametrize(
    ("family", "digest"),
    [
        ("gm", "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),  # GB/T 32905 A.1
        ("intl", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),  # FIPS 180-2 B.1
    ],
)
def test_s10_the_hash_of_abc(family: Family, digest: str) -> None:
    assert PROVIDERS[family].named_digest(b"abc") == digest
    assert crypto.redigest(digest, b"abc") == digest
    assert crypto.redigest("md5:00", b"abc") == ""


@pytest.mark.parametrize("family", FAMILIES)
@given(secret=st.binary(max_size=100), place=st.integers(0, 10_000))
def test_s10_what_is_sealed_opens_with_its_key_and_purpose_unchanged_only(
    family: Family, secret: bytes, place: int
) -> None:
    sealed = crypto.seal(family, KEY, "seed", secret)
    assert sealed.startswith(PROVIDERS[family].cipher_name)
    assert crypto.opened(KEY, "seed", sealed) == secret
    assert crypto.opened(KEY[::-1], "seed", sealed) is None
    assert crypto.opened(KEY, "other", sealed) is None
    name, _, text = sealed.partition(":")
    body = text.rstrip("=")
    at = place % (len(body) - 1)  # the last letter may hold bits that mean nothing
    changed = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1 :] + text[len(body) :]
    assert crypto.opened(KEY, "seed", f"{name}:{changed}") is None


@pytest.mark.parametrize("family", FAMILIES)
def test_s10_a_signature_holds_for_its_text_and_key_only(family: Family) -> None:
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    signature = crypto.sign(family, key, b"row 7")
    assert crypto.is_signed(key.public_key(), b"row 7", signature)
    assert not crypto.is_signed(key.public_key(), b"row 8", signature)
    assert not crypto.is_signed(other.public_key(), b"row 7", signature)
    assert not crypto.is_signed(key.public_key(), b"row 7", signature.replace(":", ":!"))
    assert not crypto.is_signed(key.public_key(), b"row 7", "rsa:" + signature)


@pytest.mark.parametrize("family", FAMILIES)
def test_s11_hashing_and_sealing_keep_up_with_the_disk(family: Family) -> None:
    """Processor time, which other programs do not lengthen; an idle machine does ten times as much."""
    megabytes, data = 8, os.urandom(1_000_000)
    began = time.process_time()
    for _ in range(megabytes):
        PROVIDERS[family].digest(data)
        crypto.opened(KEY, "backup", crypto.seal(family, KEY, "backup", data))
    assert megabytes / (time.process_time() - began) > 2  # MB/s: hashed, sealed, encoded and opened again


def test_s24_the_installations_secrets_are_their_owners_only(tmp_path: Path) -> None:
    secret, key = tmp_path / "a" / "identity.key", tmp_path / "audit.key"
    assert crypto.own_secret(secret) == crypto.own_secret(secret)
    assert len(crypto.own_secret(secret)) == 32
    first, second = crypto.own_signing_key(key), crypto.own_signing_key(key)
    assert first.private_numbers() == second.private_numbers()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (secret, key)] == [0o600, 0o600]
    assert len(list(tmp_path.iterdir())) == 2
