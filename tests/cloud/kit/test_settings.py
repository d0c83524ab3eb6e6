"""Settings: a misspelling is never silently ignored."""

import os
from pathlib import Path

import pytest

from civicwatt_cloud.kit.errors import RootInForeignData
from civicwatt_cloud.kit.settings import Settings
from civicwatt_protocols.errors import BadToml, BadValue, UnknownKey


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CIVICWATT_")]:
        monkeypatch.delenv(name)


def test_flag_beats_environment_beats_file_beats_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cloud.toml"
    path.write_text('http_port = 1001\nmqtt_port = 1002\ndata_dir = "elsewhere"\n')
    monkeypatch.setenv("CIVICWATT_MQTT_PORT", "2002")
    monkeypatch.setenv("CIVICWATT_HTTP_PORT", "2001")
    settings = Settings.load(path, http_port=3001)
    assert (settings.http_port, settings.mqtt_port, settings.data_dir) == (3001, 2002, Path("elsewhere"))
    assert settings.business_zone == "Asia/Shanghai"


def test_a_command_without_a_file_takes_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, given = tmp_path / "named.toml", tmp_path / "given.toml"
    named.write_text("http_port = 1001\n")
    given.write_text("http_port = 1002\n")
    monkeypatch.setenv("CIVICWATT_CONFIG", str(named))
    assert Settings.load().http_port == 1001
    assert Settings.load(given).http_port == 1002
    monkeypatch.setenv("CIVICWATT_CONFIG", str(tmp_path / "absent.toml"))
    with pytest.raises(BadValue, match=r"absent\.toml"):
        Settings.load()


def test_root_makes_no_files_in_the_data_folder_of_another_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    if os.geteuid() == 0:
        os.chown(tmp_path / "data", 65534, 65534)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(RootInForeignData, match="sudo -u"):
        Settings.load(data_dir=tmp_path / "data")
    assert Settings.load(data_dir=tmp_path / "absent").data_dir == tmp_path / "absent"


def test_an_unknown_key_in_the_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cloud.toml"
    path.write_text("htpp_port = 1\n")
    with pytest.raises(UnknownKey, match=r"CW-C1002.*htpp_port"):
        Settings.load(path)


def test_an_unknown_variable_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIVICWATT_HTPP_PORT", "1")
    with pytest.raises(UnknownKey, match="CIVICWATT_HTPP_PORT"):
        Settings.load()


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Mars/Olympus", "Asia", "", "../x"])
def test_a_zone_that_splits_hours_is_refused(zone: str) -> None:
    with pytest.raises(BadValue, match="business_zone"):
        Settings.load(business_zone=zone)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cloud.toml"
    path.write_text("port = \n")
    with pytest.raises(BadToml, match=r"cloud\.toml:1"):
        Settings.load(path)
    with pytest.raises(BadValue, match=r"absent\.toml"):
        Settings.load(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    "url",
    [
        "geheim",
        "mysql://li:geheim@db/civicwatt",
        "sqlite:///geheim.sqlite",
        "postgresql://li:geheim@db",
        "postgresql://li:geheim@db:port/civicwatt",
    ],
)
def test_a_database_that_is_none_of_ours_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadValue, match="database_url") as caught:
        Settings.load(database_url=url)
    assert "geheim" not in str(caught.value)


def test_a_database_may_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().database_url is None
    for url in (
        "postgresql://li@/civicwatt?host=/run/postgresql",
        "postgresql+psycopg://li@db:5433/civicwatt",
    ):
        monkeypatch.setenv("CIVICWATT_DATABASE_URL", url)
        assert Settings.load().database_url == url


@pytest.mark.parametrize(
    ("key", "value"),
    [("clock", "noon"), ("clock", "1/inf/1"), ("mqtt_host", ""), ("keep_readings_days", 10**14)],
)
def test_what_would_fail_later_is_refused_at_once(key: str, value: object) -> None:
    with pytest.raises(BadValue) as caught:
        Settings.load(**{key: value})
    assert (caught.value.where, caught.value.facts["key"]) == (f"--{key}", key)


def test_m01_3_who_trusts_certificates_says_for_which_address_they_sign(tmp_path: Path) -> None:
    file = tmp_path / "cloud.toml"
    file.write_text(f'login_ca = "{tmp_path}/ca.pem"\n')
    with pytest.raises(BadValue, match="login_origin"):
        Settings.load(file)
    file.write_text(f'login_ca = "{tmp_path}/ca.pem"\nlogin_origin = "https://jgsw.example.cn"\n')
    assert Settings.load(file).login_origin == "https://jgsw.example.cn"
