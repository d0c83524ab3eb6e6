"""M01.3, S04: a certificate signs in once a nonce, soon, while it is trusted and not revoked."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from cloud.kit.identity.authority import BEGAN, Authority, pem, signature
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from limits import limit_failures

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.errors import CloudError, Conflict
from civicwatt_cloud.kit.identity import Account, Actor, certificates
from civicwatt_cloud.kit.identity.actors import Granted
from civicwatt_cloud.kit.identity.certificates import Presented, Trust, signed_text
from civicwatt_cloud.kit.identity.sessions import Visit
from civicwatt_cloud.kit.roles import Role

NOW_S = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
NOW = NOW_S * 1_000_000
TODAY = date(2026, 6, 1)
ORIGIN = "https://cloud.example"
HERE = "192.0.2.1"
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Site:
    database: Database
    authority: Authority
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    trust: Trust

    def nonce(self, at: int = NOW) -> str:
        with self.database.session() as session:
            return certificates.issue_nonce(session, at)

    def sign_in(self, nonce: str, **other: object) -> str:
        """With the right certificate and signature, but for what is said otherwise."""
        said = {"origin": ORIGIN, "ts": NOW_S, "certificate": self.certificate, "key": self.key} | other
        signed = signature(said["key"], signed_text(nonce, said["origin"], said["ts"]))
        presented = Presented(nonce, said["ts"], pem(said["certificate"]), signed)
        trust, now = other.get("trust", self.trust), other.get("now", NOW)
        return certificates.sign_in(self.database, presented, ORIGIN, trust, Visit(HERE, now))

    def refused(self, nonce: str, **other: object) -> str:
        with pytest.raises(CloudError) as caught:
            self.sign_in(nonce, **other)
        assert caught.value.status == 401
        return caught.value.code


@pytest.fixture
def site(db: Database, monkeypatch: pytest.MonkeyPatch) -> Site:
    """An account that a certificate is bound to, and a list on which another one stands."""
    limit_failures(monkeypatch, 50)
    authority = Authority()
    certificate, key = authority.certificate("李娜 11420100")
    admin = Actor(99, "chen", "", (Granted(Role.SYSTEM_ADMIN, None, Level.NATION, ""),))
    with db.session() as session:
        account = Account(username="li.na", display_name="李娜", created_us=0)
        session.add(account)
        session.flush()
        certificates.bind(session, admin, account.id, pem(certificate), TODAY)
        with pytest.raises(Conflict):
            certificates.bind(session, admin, account.id, pem(certificate), TODAY)
    return Site(db, authority, certificate, key, Trust([authority.root], [authority.revoking(now=JUNE)]))


def test_m01_3_a_valid_certificate_signs_its_person_in_and_the_nonce_works_once(site: Site) -> None:
    nonce = site.nonce()
    assert len(bytes.fromhex(nonce)) == 16  # 128 bit
    token = site.sign_in(nonce)
    with site.database.reading() as session:
        actor, _ = identity.actor_of(session, token, NOW, TODAY) or (None, None)
    assert actor
    assert (actor.username, actor.method) == ("li.na", identity.Method.CERTIFICATE)
    assert site.refused(nonce) == "CW-K1313"  # nonce_used


@pytest.mark.parametrize(("age_s", "code"), [(120, None), (121, "CW-K1314")])
def test_m01_3_a_nonce_holds_for_120_seconds(site: Site, age_s: int, code: str | None) -> None:
    nonce, now = site.nonce(), NOW + age_s * 1_000_000
    if code is None:
        assert site.sign_in(nonce, ts=NOW_S + age_s, now=now)
    else:
        assert site.refused(nonce, ts=NOW_S + age_s, now=now) == code  # nonce_expired
    assert site.refused(site.nonce(now), ts=NOW_S - 1, now=now) == "CW-K1314"  # signed too long ago
    assert site.refused("00" * 16) == "CW-K1314"  # never issued


def test_m01_3_a_revoked_certificate_is_refused_and_so_are_all_without_a_current_list(site: Site) -> None:
    revoking = site.authority.revoking(site.certificate, now=JUNE)
    roots = [site.authority.root]
    assert site.refused(site.nonce(), trust=Trust(roots, [revoking])) == "CW-K1315"  # revoked
    stale = site.authority.revoking(now=BEGAN)
    assert site.refused(site.nonce(), trust=Trust(roots, [stale])) == "CW-K1316"
    forged = Authority().revoking(now=JUNE)  # of the same name, by another key
    assert site.refused(site.nonce(), trust=Trust(roots, [forged])) == "CW-K1316"
    assert site.sign_in(site.nonce(), trust=Trust(roots, None))


def test_m01_3_a_certificate_of_an_unknown_authority_is_not_trusted(site: Site) -> None:
    certificate, key = Authority().certificate("李娜 11420100")
    answer = site.refused(site.nonce(), certificate=certificate, key=key)
    assert answer == "CW-K1316"  # untrusted


def test_m01_3_a_servers_certificate_and_one_out_of_term_are_not_trusted(site: Site) -> None:
    server, key = site.authority.certificate("李娜 11420100", use=ExtendedKeyUsageOID.SERVER_AUTH)
    assert site.refused(site.nonce(), certificate=server, key=key) == "CW-K1316"
    late = int(datetime(2037, 1, 1, tzinfo=UTC).timestamp())
    now = late * 1_000_000
    assert (
        site.refused(site.nonce(now), ts=late, now=now, trust=Trust([site.authority.root], None))
        == "CW-K1316"
    )


def test_m01_3_the_signature_binds_key_and_origin(site: Site) -> None:
    _, other = site.authority.certificate("other")
    assert site.refused(site.nonce(), key=other) == "CW-K1318"
    assert site.refused(site.nonce(), origin="https://evil.example") == "CW-K1318"


def test_m01_3_a_renewed_certificate_names_the_same_person_and_a_strangers_nobody(site: Site) -> None:
    renewed, key = site.authority.certificate("李娜 11420100")
    assert site.sign_in(site.nonce(), certificate=renewed, key=key)
    stranger, key = site.authority.certificate("王强 11420100")
    assert site.refused(site.nonce(), certificate=stranger, key=key) == "CW-K1317"
    with site.database.session() as session:
        session.query(Account).filter_by(username="li.na").one().disabled_us = NOW
    assert site.refused(site.nonce()) == "CW-K1317"
