"""S06, S07, S12: codes and certificates are the energy manager's business, in the own region, and noted."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from httpx import Client
from sqlalchemy import select, update
from structlog.testing import capture_logs
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt_cloud.housekeeping import _warn_of_certificate
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory_import import import_directory
from civicwatt_cloud.kit.identity import Account, Grant
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways.authority import Authority, pem
from civicwatt_cloud.modules.gateways.models import GatewayCode
from civicwatt_cloud.timeseries.points import Gateway
from civicwatt_protocols.errors import BadValue, CivicWattError

DIRECTORY = (
    "单位编码,单位名称,单位类型,层级,区划代码,楼栋编码,楼栋名称,建筑面积,面积起始,面积依据,用能人数,人数起始,人数依据\n"
    "A,甲局,党政机关,市级,429900,A-1,主楼,1,2020-01-01,,1,2020-01-01,\n"
    "C,邻市丙校,教育,市级,429800,C-1,教学楼,1,2020-01-01,,1,2020-01-01,\n"
)


@pytest.fixture(scope="module")
def signed_in(cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Role, Client]]:
    """A browser's session for each role; the energy manager's region is 429900."""
    path = tmp_path_factory.mktemp("directory") / "名录.csv"
    path.write_text(DIRECTORY)
    with cloud.database.session() as session:
        import_directory(session, path)
        sessions = {}
        for role in Role:
            region = "429900" if role is Role.ENERGY_MANAGER else None
            account = Account(username=role.value, display_name=role.value, created_us=0)
            session.add(account)
            session.flush()
            session.add(
                Grant(account_id=account.id, role=role, region_code=region, valid_from=identity.FOR_EVER)
            )
            sessions[role] = identity.open_session(session, account.id, identity.real_now_us())
    clients = {
        role: Client(base_url=f"{cloud.url}/api/v1", cookies={"civicwatt": token}, trust_env=False)
        for role, token in sessions.items()
    }
    yield clients
    for client in clients.values():
        client.close()


def test_s12_the_manager_makes_a_code_that_is_shown_once(cloud: Any, signed_in: dict[Role, Client]) -> None:
    answer = signed_in[Role.ENERGY_MANAGER].post("gateways/gw-20/code", json={})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["gateway"], made["division"]) == ("gw-20", "429900")
    with cloud.database.reading() as session:
        row = session.get(GatewayCode, identity.digest(identity.normal_code(made["code"])))
        noted = session.scalars(select(Audit).where(Audit.subject == "gw-20")).all()
    assert row is not None
    assert [(one.who, one.what) for one in noted] == [("account/energy_manager", "gateway_code_made")]
    assert made["code"] not in noted[0].after


@pytest.mark.parametrize("role", [None, *[role for role in Role if role is not Role.ENERGY_MANAGER]])
def test_s06_nobody_else_makes_codes_or_ends_certificates(
    cloud: Any, signed_in: dict[Role, Client], role: Role | None
) -> None:
    cookies = signed_in[role].cookies if role else None
    with Client(base_url=f"{cloud.url}/api/v1", cookies=cookies, trust_env=False) as client:
        expected = 403 if role else 401
        assert client.post("gateways/gw-21/code", json={}).status_code == expected
        assert client.delete("gateways/gw-21/certificates").status_code == expected


def test_s07_a_gateway_of_another_region_does_not_exist(cloud: Any, signed_in: dict[Role, Client]) -> None:
    manager = signed_in[Role.ENERGY_MANAGER]
    with cloud.database.session() as session:
        session.add(Gateway(id="gw-far", online=False, division="429800"))
    assert manager.post("gateways/gw-far/code", json={}).status_code == 404
    assert manager.delete("gateways/gw-far/certificates").status_code == 404
    assert manager.post("gateways/gw-22/code", json={"division": "429800"}).status_code == 404
    with cloud.database.session() as session:
        session.execute(update(Grant).where(Grant.role == Role.ENERGY_MANAGER).values(region_code=None))
    assert manager.post("gateways/gw-22/code", json={}).status_code == 404
    with cloud.database.session() as session:
        session.execute(update(Grant).where(Grant.role == Role.ENERGY_MANAGER).values(region_code="429900"))


@pytest.mark.parametrize("gateway", ["civicwatt-ingest", "a b", "gw+", "x" * 65])
def test_s13_an_id_that_is_no_gateways_gets_no_code(signed_in: dict[Role, Client], gateway: str) -> None:
    answer = signed_in[Role.ENERGY_MANAGER].post(f"gateways/{gateway}/code", json={})
    assert answer.status_code in {409, 422}
    with pytest.raises(BadValue):
        cli("gateway-code", gateway)


def cli(*arguments: object) -> str:
    done = CliRunner().invoke(build("cloud"), ["cloud", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_s12_the_commands_on_the_server_make_codes_files_and_authorities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVICWATT_DATA_DIR", str(tmp_path / "data"))
    code = cli("gateway-code", "gw-01", "--division", "429900").split()
    assert [len(group) for group in code[0].split("-")] == [4, 4, 4, 4]
    told = cli("broker-config", tmp_path / "broker", "--host", "mqtt.example", "--host", "192.0.2.7")
    server = x509.load_pem_x509_certificate((tmp_path / "broker/server.pem").read_bytes())
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["mqtt.example"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.7"]
    config = tmp_path / "cloud.toml"
    config.write_text(told)
    settings = Settings.load(config)  # what is printed is what the cloud reads
    assert settings.mqtt_cert == tmp_path / "broker/ingest/cert.pem"
    assert settings.mqtt_port == 8883
    assert (settings.gateway_broker_host, settings.gateway_broker_port) == ("mqtt.example", 8883)
    other = cli("broker-config", tmp_path / "other", "--host", "mqtt.example", "--port", 28883)
    assert "gateway_broker_port = 28883\n" in other
    both = cli("broker-config", tmp_path / "other", "--host", "127.0.0.1", "--host", "mqtt.example")
    assert 'mqtt_host = "127.0.0.1"' in both
    assert 'gateway_broker_host = "mqtt.example"' in both
    cli("broker-config", tmp_path / "broker", "--host", "mqtt.example", "--host", "192.0.2.7")
    assert x509.load_pem_x509_certificate((tmp_path / "broker/server.pem").read_bytes()) == server
    cli("new-authority")
    cli("broker-config", tmp_path / "broker", "--host", "mqtt.example")
    chain = x509.load_pem_x509_certificates((tmp_path / "broker/server.pem").read_bytes())
    assert len(chain) == 2
    assert chain[0] != server
    assert "0 revoked" not in cli("gateway-revoke", "gw-01")


def refused(*arguments: object) -> CivicWattError:
    done = CliRunner().invoke(build("cloud"), ["cloud", *map(str, arguments)])
    assert isinstance(done.exception, CivicWattError), done.output
    assert not done.stdout
    return done.exception


def test_s12_without_a_division_no_code_is_made_and_the_data_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = str(tmp_path / ".civicwatt/cloud")
    for given in ((), ("--division", "000000")):
        error = refused("gateway-code", "gw-01", *given)
        assert (error.code, error.where) == ("CW-G4008", folder)
        assert "--division" in error.remedy("zh")
    done = CliRunner().invoke(build("cloud"), ["cloud", "gateway-code", "gw-01", "--division", "420106"])
    assert f"数据目录 · data folder: {folder}\n" in done.stderr
    assert folder not in done.stdout


def test_s12_a_gateway_that_spoke_without_a_division_gets_the_one_that_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVICWATT_DATA_DIR", str(tmp_path / "data"))
    refused("gateway-code", "gw-01")  # makes the database
    with one_transaction(Settings.load()) as session:
        session.add(Gateway(id="gw-01", division="000000"))
    done = CliRunner().invoke(build("cloud"), ["cloud", "gateway-code", "gw-01", "--division", "420106"])
    assert "gw-01 (420106)" in done.stderr


def test_s13_a_gateway_that_is_not_there_cannot_be_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVICWATT_DATA_DIR", str(tmp_path / "data"))
    cli("gateway-code", "gw-01", "--division", "420106")
    error = refused("gateway-revoke", "gw-10")
    assert (error.code, error.exit_code) == ("CW-G4009", 1)
    assert "gw-10" in error.message("zh")
    cli("gateway-revoke", "gw-01")  # an unspent code is something to end


@pytest.mark.parametrize("port", [0, 99_999])
@pytest.mark.parametrize(
    "command", [("demo",), ("cloud", "serve"), ("cloud", "broker-config", "d", "--host", "h")]
)
def test_a_port_that_is_none_is_a_wrong_use(
    command: tuple[str, ...], port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(build("cloud"), [*command, "--port", str(port)])
    assert done.exit_code == 2
    assert "--port" in done.output
    assert not list(tmp_path.iterdir())


def test_f30_every_night_the_cloud_looks_when_its_own_certificate_ends(tmp_path: Path) -> None:
    authority = Authority.present(tmp_path / "authority")
    key = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "cert.pem"
    told = []
    for days in (100, 80):
        path.write_text(pem(authority.for_hosts(key, ["localhost"], timedelta(days=days, minutes=1))))
        with capture_logs() as events:
            _warn_of_certificate(path)
        told.append([event["days_left"] for event in events])
    assert told == [[], [80]]


def test_s13_half_a_tls_setting_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "cloud.toml"
    config.write_text('mqtt_ca = "ca.pem"\n')
    with pytest.raises(BadValue, match="belong together"):
        Settings.load(config)
