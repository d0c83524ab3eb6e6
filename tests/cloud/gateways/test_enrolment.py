"""S12: a gateway makes its key itself and is let in by a code that works once; requests are signed."""

import json
import os
import stat
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st
from limits import limit_failures
from sqlalchemy import select, update
from structlog.testing import capture_logs

from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.modules.gateways import enrolment, signed
from civicwatt_cloud.modules.gateways.authority import Authority, key_pem, pem, trusted
from civicwatt_cloud.modules.gateways.errors import RequestRefused
from civicwatt_cloud.modules.gateways.models import GatewayCertificate, GatewayCode
from civicwatt_edge import config
from civicwatt_edge.delivery import tls
from civicwatt_edge.identity import enrolment as gateway_side
from civicwatt_edge.identity import renewal
from civicwatt_edge.identity.cloud_api import CloudApi
from civicwatt_edge.security_errors import CloudRefused, CloudUnreachable, NotLetIn
from civicwatt_protocols.errors import BadValue

DAY_US = 86_400_000_000
Run = Callable[..., Result]
PLAIN_REQUEST = x509.load_pem_x509_csr(gateway_side.make_key_and_request("gw-76")[1].encode()).public_bytes(
    Encoding.DER
)
KEY_OF_PLAIN_REQUEST = x509.load_der_x509_csr(PLAIN_REQUEST).public_key()
# openssl ecparam -name sect283k1 -genkey | openssl req -new -key /dev/stdin -subj /CN=gw-76
SECT283K1 = """\
-----BEGIN CERTIFICATE REQUEST-----
MIHWMHcCAQAwEDEOMAwGA1UEAwwFZ3ctNzYwXjAQBgcqhkjOPQIBBgUrgQQAEANK
AAQEbFSalHvvtlJHbJcm4NH/c+Tm8tLD6HCgmNxEkqOpOL9M/0YBN8aOYHpYjx7f
pRye3y3iLt+QRdwTVRytPE1QuuH7yKA3WHmgADAKBggqhkjOPQQDAgNPADBMAiQB
uKNq66WIfOAgErVVwYvLD66kvjce5ecNpRW5nkS4p1FDwHICJAFs2AgGNY8x1HgP
d2JFipVKIrcoffHXv3FJreAQEx133/eHAw==
-----END CERTIFICATE REQUEST-----
"""


def enrolled(cloud: Any, folder: Path, gateway: str) -> Path:
    """A gateway's identity folder, let in."""
    folder.mkdir(parents=True, exist_ok=True)
    api = CloudApi(cloud.url)
    answer = gateway_side.request_certificate(api, folder, gateway, cloud.code(gateway))
    (folder / "cloud.toml").write_text(
        f'url = "{cloud.url}"\ngateway = "{gateway}"\ndivision = "{answer["division"]}"\n'
    )
    return folder


def an_hour_passes(cloud: Any, gateway: str) -> None:
    """Since the gateway's certificates were issued."""
    with cloud.database.session() as session:
        mine = update(GatewayCertificate).where(GatewayCertificate.gateway == gateway)
        session.execute(mine.values(issued_us=GatewayCertificate.issued_us - 3600 * SECOND_US))


def serials(cloud: Any, gateway: str) -> list[str]:
    with cloud.database.reading() as session:
        mine = GatewayCertificate.gateway == gateway
        return list(session.scalars(select(GatewayCertificate.serial).where(mine)))


@pytest.fixture(autouse=True)
def no_count_of_failures(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests come from one address."""
    limit_failures(monkeypatch, 1000)


def test_s12_the_key_is_made_on_the_device_and_never_leaves_it(
    cloud: Any, edge: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []
    signature = CloudApi.call
    monkeypatch.setattr(
        CloudApi,
        "call",
        lambda self, method, path, body=None: (
            sent.append(json.dumps(body).encode()) or signature(self, method, path, body)
        ),
    )
    result = run("enroll", "--url", cloud.url, "--code", cloud.code("gw-01").lower(), "--config", edge)
    assert result.exception is None, result.exception
    folder = edge.parent / "data" / "identity"
    key_file = folder / "key.pem"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    key = load_pem_private_key(key_file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert len(sent) == 1
    assert b"PRIVATE" not in sent[0]
    assert sorted(json.loads(sent[0])) == ["code", "csr"]
    certificate = x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes())
    assert certificate.subject.rfc4514_string() == "CN=gw-01"
    assert certificate.public_key() == key.public_key()
    lasts = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert 365 <= lasts.days <= 366
    (authority,) = x509.load_pem_x509_certificates((folder / "ca.pem").read_bytes())
    certificate.verify_directly_issued_by(authority)


def test_s12_enrolling_writes_the_tls_keys_and_leaves_comments_alone(
    cloud: Any, edge: Path, run: Run
) -> None:
    before = edge.read_text()
    told = run("enroll", "--url", cloud.url, "--code", cloud.code("gw-01", "429901"), "--config", edge)
    assert "区划 division 000000 → 429901\n" in told.output
    after = edge.read_text()
    assert "# 本机配置，人工编写\n" in after
    assert 'host = "127.0.0.1"   # 待注册\n' in after
    assert 'division = "429901"\n' in after
    assert len(after.splitlines()) == len(before.splitlines()) + 5
    loaded = config.load(edge)
    folder = edge.parent / "data" / "identity"
    assert loaded.broker.port == 8883
    assert loaded.broker.tls == config.Tls(
        ca=str(folder / "ca.pem"), cert=str(folder / "cert.pem"), key=str(folder / "key.pem")
    )
    told = run("enroll", "--url", cloud.url, "--code", cloud.code("gw-01", "429901"), "--config", edge)
    assert "区划" not in told.output
    assert edge.read_text() == after


def test_s12_with_several_upstreams_the_keys_are_told_and_the_file_is_left_alone(
    cloud: Any, edge: Path, run: Run
) -> None:
    text = edge.read_text().replace("[broker]", '[[upstream]]\nname = "city"')
    edge.write_text(text)
    result = run("enroll", "--url", cloud.url, "--code", cloud.code("gw-01"), "--config", edge)
    assert result.exception is None, result.exception
    assert edge.read_text() == text
    assert '[upstream.tls]\nca = "data/identity/ca.pem"\n' in result.output


def test_s12_a_wrong_a_used_and_an_expired_code_each_say_so(cloud: Any, edge: Path, run: Run) -> None:
    before = edge.read_text()
    used = cloud.code("gw-01")
    assert run("enroll", "--url", cloud.url, "--code", used, "--config", edge).exception is None
    expired = cloud.code("gw-01", now_us=identity.real_now_us() - DAY_US)
    key = (edge.parent / "data/identity/key.pem").read_bytes()
    edge.write_text(before)
    codes = {"AAAA-AAAA-AAAA-AAAA": "CW-G4001", used: "CW-G4002", expired: "CW-G4003"}
    for code, problem in codes.items():
        error = run("enroll", "--url", cloud.url, "--code", code, "--config", edge).exception
        assert isinstance(error, NotLetIn)
        assert error.facts["problem"] == problem
        assert error.exit_code == 5
    assert edge.read_text() == before
    identity_folder = edge.parent / "data" / "identity"
    renewal.renew(identity_folder)  # what worked still works
    assert (identity_folder / "key.pem").read_bytes() == key
    files = {name: str(identity_folder / f"{name}.pem") for name in ("ca", "cert", "key")}
    assert tls.context(config.Tls(**files))


def test_s12_the_command_ends_with_5_for_a_wrong_code_and_4_without_a_cloud(cloud: Any, edge: Path) -> None:
    for url, status, told in ((cloud.url, 5, "CW-G4001"), ("http://127.0.0.1:9", 4, "CW-E2046")):
        command = [sys.executable, "-m", "civicwatt", "edge", "enroll", "--url", url]
        ended = subprocess.run(
            [*command, "--code", "AAAA-AAAA-AAAA-AAAA", "--config", str(edge)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == status
        assert told in ended.stderr


def test_s12_a_code_for_another_gateway_is_refused_and_stays_unspent(cloud: Any, tmp_path: Path) -> None:
    code = cloud.code("gw-77")
    api = CloudApi(cloud.url)
    with pytest.raises(CloudRefused) as refused:
        gateway_side.request_certificate(api, tmp_path, "gw-78", code)
    assert refused.value.facts["problem"] == "CW-G4004"
    assert gateway_side.request_certificate(api, tmp_path, "gw-77", code)["gateway"] == "gw-77"


def test_s12_a_code_has_80_bits_is_stored_hashed_and_ends_after_a_day(cloud: Any) -> None:
    code = cloud.code("gw-70")
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert len(identity.CODE_LETTERS) == 32
    assert len({cloud.code("gw-70") for _ in range(20)}) == 20
    with cloud.database.reading() as session:
        row = session.get(GatewayCode, identity.digest(code.replace("-", "")))
        assert row is not None
        stored = [value for one in session.scalars(select(GatewayCode)) for value in vars(one).values()]
    assert row.expires_us - identity.real_now_us() <= DAY_US
    assert not [value for value in stored if code.replace("-", "") in str(value).replace("-", "")]


def test_s12_five_wrong_codes_lock_the_address_also_for_the_right_one(
    cloud: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_failures(monkeypatch, 5)
    now_us = identity.real_now_us()
    _, csr = gateway_side.make_key_and_request("gw-71")
    right = cloud.code("gw-71")
    problems = []
    for code in ["AAAA-AAAA-AAAA-AAAA"] * 5 + [right]:
        try:
            enrolment.enrol(
                cloud.database, cloud.settings.authority_path, code, csr, address="192.0.2.1", now_us=now_us
            )
        except Exception as error:
            problems.append(type(error).__name__)
    assert problems == ["CodeUnknown"] * 5 + ["LockedOut"]


def test_s12_http_is_for_this_machine_only() -> None:
    for url in ("http://192.0.2.1", "http://energy.example", "ftp://127.0.0.1", "energy.example"):
        with pytest.raises(BadValue):
            CloudApi(url)
    assert CloudApi("https://energy.example")


def test_s12_over_https_the_cloud_must_be_who_it_says(
    cloud: Any, edge: Path, run: Run, tmp_path: Path, serve: Callable[..., Any]
) -> None:
    """A proxy's certificate of an authority of its own, as a network without the internet has it."""
    authority = Authority.present(tmp_path / "web")
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "web.key").write_bytes(key_pem(key))
    (tmp_path / "web.pem").write_text(pem(authority.for_hosts(key, ["localhost"])))
    (tmp_path / "web-ca.pem").write_text(trusted([authority]))
    with serve(cloud.app, ssl_certfile=tmp_path / "web.pem", ssl_keyfile=tmp_path / "web.key") as port:
        arguments = ["enroll", "--code", cloud.code("gw-01"), "--config", edge]
        assert isinstance(run(*arguments, "--url", f"https://localhost:{port}").exception, CloudUnreachable)
        wrong_name = run(*arguments, "--url", f"https://127.0.0.1:{port}", "--ca", tmp_path / "web-ca.pem")
        assert isinstance(wrong_name.exception, CloudUnreachable)
        right = run(*arguments, "--url", f"https://localhost:{port}", "--ca", tmp_path / "web-ca.pem")
        assert right.exception is None, right.exception
        renewal.renew(edge.parent / "data" / "identity")  # remembers whom it trusted
    assert config.load(edge).broker.host == "localhost"


def test_s12_a_signed_request_is_taken_and_no_other(cloud: Any, tmp_path: Path) -> None:
    own = enrolled(cloud, tmp_path / "own", "gw-72")
    other = enrolled(cloud, tmp_path / "other", "gw-73")
    csr = {"csr": gateway_side.request_of((own / "key.pem").read_bytes(), "gw-72")}
    api = CloudApi.enrolled(own)
    assert api.call("POST", "/api/v1/gateway/renewal", csr)["gateway"] == "gw-72"

    def refused(headers: dict[str, str], path: str = "/api/v1/gateway/renewal") -> Any:
        unsigned = CloudApi(cloud.url, own)
        unsigned._signature = lambda *_: headers  # type: ignore[method-assign]
        with pytest.raises(NotLetIn) as error:
            unsigned.call("POST", path, csr)
        return error.value.facts["problem"]

    data = json.dumps(csr, ensure_ascii=False).encode()
    now_s = int(time.time())
    path = "/api/v1/gateway/renewal"
    good = api._signature("POST", path, data, now_s)
    assert refused({}) == "CW-G4005"
    assert refused(good | {"CW-Gateway": "gw-73"}) == "CW-G4005"
    assert refused(good | {"CW-Date": str(now_s + 1)}) == "CW-G4005"
    assert refused(good | {"CW-Date": "yesterday"}) == "CW-G4005"
    assert refused(good, f"{path}?x=1") == "CW-G4005"
    assert refused(api._signature("POST", path, data + b" ", now_s)) == "CW-G4005"
    assert refused(api._signature("GET", path, data, now_s)) == "CW-G4005"
    foreign = CloudApi.enrolled(other)._signature("POST", path, data, now_s)
    assert refused(foreign | {"CW-Gateway": "gw-72"}) == "CW-G4005"
    assert refused(api._signature("POST", path, data, now_s - 301)) == "CW-G4006"
    assert refused(api._signature("POST", path, data, now_s + 400)) == "CW-G4006"


def test_s12_a_new_enrolment_and_a_revocation_end_the_former_certificate(cloud: Any, tmp_path: Path) -> None:
    first = enrolled(cloud, tmp_path / "first", "gw-74")
    second = enrolled(cloud, tmp_path / "second", "gw-74")
    with pytest.raises(NotLetIn) as refused:
        renewal.renew(first)
    assert refused.value.facts["problem"] == "CW-G4007"
    an_hour_passes(cloud, "gw-74")
    renewal.renew(second)
    waiting = cloud.code("gw-74")
    with cloud.database.session() as session:
        assert enrolment.revoke(session, "gw-74", identity.real_now_us()) == 2
        revoked = {serial for serial, _ in enrolment.revoked(session)}
        mine = select(GatewayCertificate.serial).where(GatewayCertificate.gateway == "gw-74")
        assert set(session.scalars(mine)) <= revoked
    with pytest.raises(NotLetIn):
        renewal.renew(second)
    with pytest.raises(NotLetIn):
        gateway_side.request_certificate(CloudApi(cloud.url), tmp_path, "gw-74", waiting)
    authority = Authority.present(cloud.settings.authority_path)
    with cloud.database.reading() as session:
        listed = x509.load_pem_x509_crl(authority.revocations(enrolment.revoked(session)))
    assert listed.is_signature_valid(authority.key.public_key())
    assert {f"{one.serial_number:x}" for one in listed} >= revoked


def test_s12_a_renewal_keeps_the_key_and_moves_the_end(cloud: Any, tmp_path: Path) -> None:
    folder = enrolled(cloud, tmp_path / "identity", "gw-75")
    key, former = (folder / "key.pem").read_bytes(), (folder / "cert.pem").read_bytes()
    ends = x509.load_pem_x509_certificate(former).not_valid_after_utc.timestamp()
    assert renewal.look(folder, None, ends - 31 * 86_400) is None
    assert (folder / "cert.pem").read_bytes() == former
    an_hour_passes(cloud, "gw-75")
    assert renewal.look(folder, None, ends - 29 * 86_400) is None
    assert (folder / "key.pem").read_bytes() == key
    assert (folder / "cert.pem").read_bytes() != former


def test_s12_a_renewal_that_is_sent_again_gives_the_same_certificate(cloud: Any, tmp_path: Path) -> None:
    folder = enrolled(cloud, tmp_path / "identity", "gw-81")
    an_hour_passes(cloud, "gw-81")
    api = CloudApi.enrolled(folder)
    csr = {"csr": gateway_side.request_of((folder / "key.pem").read_bytes(), "gw-81")}
    signature = api._signature(
        "POST", "/api/v1/gateway/renewal", json.dumps(csr, ensure_ascii=False).encode(), int(time.time())
    )
    api._signature = lambda *_: signature  # type: ignore[method-assign]
    answers = [api.call("POST", "/api/v1/gateway/renewal", csr) for _ in range(5)]
    assert len(serials(cloud, "gw-81")) == 2
    assert answers == answers[:1] * 5
    assert answers[0]["certificate"] != (folder / "cert.pem").read_text()


def test_s12_a_renewal_is_for_the_certified_key_alone(cloud: Any, tmp_path: Path) -> None:
    folder = enrolled(cloud, tmp_path / "identity", "gw-82")
    an_hour_passes(cloud, "gw-82")
    _, foreign = gateway_side.make_key_and_request("gw-82")
    with pytest.raises(CloudRefused) as refused:
        CloudApi.enrolled(folder).call("POST", "/api/v1/gateway/renewal", {"csr": foreign})
    assert refused.value.facts["problem"] == "CW-G4004"
    assert len(serials(cloud, "gw-82")) == 1
    renewal.renew(folder)
    assert len(serials(cloud, "gw-82")) == 2


def test_s12_each_key_is_tried_once_however_often_it_was_certified(
    cloud: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = enrolled(cloud, tmp_path / "identity", "gw-83")
    for _ in range(4):
        an_hour_passes(cloud, "gw-83")
        renewal.renew(folder)
    assert len(serials(cloud, "gw-83")) == 5
    tried: list[bool] = []
    made_by = signed._made_by
    monkeypatch.setattr(signed, "_made_by", lambda *of: tried.append(made_by(*of)) or tried[-1])
    api = CloudApi.enrolled(folder)
    assert api.call("GET", "/api/v1/gateway/received?epoch=e&from=1&to=2")
    stranger = enrolled(cloud, tmp_path / "other", "gw-84")
    wrong = CloudApi.enrolled(stranger)._signature("GET", "/", b"", int(time.time()))
    api._signature = lambda *_: wrong | {"CW-Gateway": "gw-83"}  # type: ignore[method-assign]
    with pytest.raises(NotLetIn):
        api.call("GET", "/api/v1/gateway/received?epoch=e&from=1&to=2")
    assert tried == [True, False]


def test_f30_a_certificate_that_ended_lately_still_leads_to_its_renewal_and_nowhere_else(
    cloud: Any, tmp_path: Path
) -> None:
    folder = enrolled(cloud, tmp_path / "identity", "gw-79")

    def ended_days_ago(days: int) -> None:
        with cloud.database.session() as session:
            ends_us = identity.real_now_us() - days * DAY_US
            mine = update(GatewayCertificate).where(GatewayCertificate.gateway == "gw-79")
            session.execute(mine.values(expires_us=ends_us))

    ended_days_ago(91)
    with pytest.raises(NotLetIn):
        renewal.renew(folder)
    ended_days_ago(89)
    with pytest.raises(NotLetIn):
        CloudApi.enrolled(folder).call("GET", "/api/v1/gateway/received?epoch=e&from=1&to=2")
    former = (folder / "cert.pem").read_bytes()
    ends_s = tls.validity(folder / "cert.pem").ends_s
    assert renewal.look(folder, None, ends_s + 60) is None
    assert (folder / "cert.pem").read_bytes() != former
    assert CloudApi.enrolled(folder).call("GET", "/api/v1/gateway/received?epoch=e&from=1&to=2")


def test_f30_where_renewal_fails_it_is_told_30_7_and_1_days_before_the_end(
    cloud: Any, tmp_path: Path
) -> None:
    folder = enrolled(cloud, tmp_path / "identity", "gw-80")
    (folder / "cloud.toml").write_text('url = "http://127.0.0.1:9"\ngateway = "gw-80"\ndivision = "429900"\n')
    ends_s = tls.validity(folder / "cert.pem").ends_s
    warned = None
    with capture_logs() as events:
        for left_days in (40, 30, 29, 8, 7, 2, 1, 0, -1):
            warned = renewal.look(folder, warned, ends_s - left_days * 86_400)
    told = [event["days_left"] for event in events if event["event"] == "certificate_expires"]
    assert told == [30, 7, 1]


def test_s12_the_authoritys_key_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "authority"
    first = Authority.present(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]
    assert Authority.present(folder).certificates == first.certificates
    assert os.listdir(folder) == ["ca-1.pem"]


@pytest.mark.parametrize("broken", ["", "no csr", "-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END"])
def test_s12_garbage_for_a_request_is_refused(cloud: Any, broken: str) -> None:
    code = cloud.code("gw-76")
    with pytest.raises(CloudRefused) as refused:
        CloudApi(cloud.url).call("POST", "/api/v1/gateway/enrol", {"code": code, "csr": broken})
    assert refused.value.facts["problem"] == "CW-G4004"


@pytest.mark.parametrize("request_of", ["sect283k1", "a_later_version"])
def test_s12_a_request_of_an_unknown_kind_is_refused_with_its_code(cloud: Any, request_of: str) -> None:
    csr = {"sect283k1": SECT283K1, "a_later_version": _of_version_8("gw-76")}[request_of]
    with pytest.raises(CloudRefused) as refused:
        CloudApi(cloud.url).call("POST", "/api/v1/gateway/enrol", {"code": cloud.code("gw-76"), "csr": csr})
    assert refused.value.facts["problem"] == "CW-G4004"


@pytest.mark.filterwarnings("ignore:Attribute's length")
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_s12_a_request_with_a_wrong_byte_is_refused_with_its_code_or_read(data: st.DataObject) -> None:
    der = bytearray(PLAIN_REQUEST)
    der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    with suppress(RequestRefused):
        assert enrolment._read(_pem_of(der), "gw-76").public_key() == KEY_OF_PLAIN_REQUEST


def _of_version_8(gateway: str) -> str:
    _, csr = gateway_side.make_key_and_request(gateway)
    der = bytearray(x509.load_pem_x509_csr(csr.encode()).public_bytes(Encoding.DER))
    der[der.index(b"\x02\x01\x00") + 2] = 7
    return _pem_of(der)


def _pem_of(der: bytes | bytearray) -> str:
    kind = "CERTIFICATE REQUEST"
    return f"-----BEGIN {kind}-----\n{b64encode(der).decode()}\n-----END {kind}-----\n"


def test_s12_a_key_of_another_curve_is_refused(cloud: Any) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gw-76")])
    key = ec.generate_private_key(ec.SECP384R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())
    body = {"code": cloud.code("gw-76"), "csr": csr.public_bytes(Encoding.PEM).decode()}
    with pytest.raises(CloudRefused) as refused:
        CloudApi(cloud.url).call("POST", "/api/v1/gateway/enrol", body)
    assert refused.value.facts["problem"] == "CW-G4004"
