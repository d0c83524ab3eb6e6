"""Settings of the cloud: command-line flag > environment CIVICWATT_* > configuration file > default."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from civicwatt_cloud.kit import password_policy
from civicwatt_cloud.kit.crypto import Family
from civicwatt_cloud.kit.errors import RootInForeignData
from civicwatt_protocols.clock import Clock, MachineClock
from civicwatt_protocols.errors import BadValue, UnknownKey
from civicwatt_protocols.toml import decode, text_of

PREFIX = "CIVICWATT_"
CONFIG = f"{PREFIX}CONFIG"  # the file, where a command was given none
EDGE_PREFIX = f"{PREFIX}EDGE_"  # a gateway's, which may be on this machine too
HOUR_S = 3600


class Settings(BaseSettings):
    """What an installation can choose. There is no secret among it, unless a URL is given one."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Path = Field(default=Path(".civicwatt/cloud"), description="databases live here")
    database_url: str | None = Field(
        default=None,
        description="postgresql://…: registry, ledger and accounts live there; None: SQLite under data_dir. "
        "The password belongs into ~/.pgpass or PGPASSFILE",
    )
    readings_url: str | None = Field(
        default=None,
        description="where readings are kept, as influxdb2://org@host:port/bucket?secret_file=…; "
        "None: DuckDB under data_dir",
    )
    mqtt_host: str | None = Field(
        default="127.0.0.1", min_length=1, max_length=253, description="the broker; None: nothing is taken in"
    )
    mqtt_port: int = Field(default=1883, ge=1, le=65535)
    foreign_groups: dict[str, str] = Field(
        default={},
        description="Sparkplug groups of nodes of other makers, each with the division they belong to; "
        "serve takes them in, and beside workers nothing else",
    )
    foreign_measures: Path | None = Field(
        default=None, description="TOML: which of our measures their metrics are; others are kept"
    )
    ingest_here: bool = Field(
        default=True,
        description="serve takes readings in itself; false: `civicwatt cloud worker` processes do, "
        "which need a readings store that is a server. An embedded one is always fed by serve",
    )
    mqtt_ca: Path | None = Field(default=None, description="whom to trust as the broker; set: TLS")
    mqtt_cert: Path | None = Field(default=None, description="the ingest's certificate at the broker")
    mqtt_key: Path | None = Field(default=None, description="and its key")
    gateway_broker_host: str | None = Field(
        default=None, min_length=1, max_length=253, description="what gateways call the broker; None: as us"
    )
    gateway_broker_port: int = Field(default=8883, ge=1, le=65535)
    http_port: int = Field(
        default=8080, ge=0, le=65535, description="on 127.0.0.1 only; TLS belongs to a proxy"
    )
    behind_proxy: bool = Field(
        default=False,
        description="a proxy on this machine ends TLS and sets X-Forwarded-For and -Proto; "
        "without one anybody could set them, and count as another client at each try to sign in",
    )
    business_zone: str = Field(default="Asia/Shanghai", description="days and months are cut in this zone")
    demo: bool = Field(default=False, description="a one-time code signs in as the energy manager at once")
    clock: str = Field(
        default="", description="origin_us/rate/anchor_s of a simulated clock; empty: real time"
    )
    keep_readings_days: int = Field(
        default=1100, ge=400, le=36_500, description="raw readings; the ledger is kept for ever"
    )
    keep_quarantine_days: int = Field(
        default=400, ge=30, le=36_500, description="what was set aside, for people to look at"
    )
    terminal_host: str = Field(
        default="127.0.0.1",
        description="where vehicle terminals connect; in a private network at most",
    )
    terminal_port: int | None = Field(
        default=None, ge=0, le=65535, description="and at which port; None: none is served"
    )
    positions_topic: str | None = Field(
        default=None, description="topic filter of a JT/T 808 gateway's JSON at the broker; None: none"
    )
    positions_token_file: Path | None = Field(
        default=None, description="who has this token may forward positions; None: nobody"
    )
    keep_positions_days: int = Field(
        default=180, ge=7, le=36_500, description="fixes of vehicles; trips and events are kept for ever"
    )
    map_ground: Path | None = Field(
        default=None, description="GeoJSON (WGS-84) that maps of vehicles are drawn on; None: a grid only"
    )
    metrics_token_file: Path | None = Field(
        default=None, description="who has this token may read /metrics; None: this machine, without a proxy"
    )
    password_profile: password_policy.Name = Field(
        default="dengbao", description="dengbao: 等保 with a change every 90 days; asvs: OWASP ASVS, none"
    )
    admin_second_factor: bool = Field(
        default=False, description="administrators who sign in by password need one-time passwords"
    )
    crypto: Family = Field(
        default="intl", description="intl: SHA-256, AES-GCM; gm: SM3, SM4-GCM; either reads what both wrote"
    )
    audit_anchors: Path | None = Field(
        default=None, description="where daily anchors of the audit go, best elsewhere; None: data_dir"
    )
    login_ca: Path | None = Field(
        default=None, description="PEM: who certifies people that sign in by certificate; None: nobody does"
    )
    login_origin: str | None = Field(
        default=None,
        description="with login_ca: the address of the pages, https://jgsw.example.cn, which holders sign, "
        "so that no other site can pass on what they signed there",
    )
    login_crl: Path | None = Field(default=None, description="PEM: lists of revoked ones, of each issuer")
    oidc_issuer: str | None = Field(
        default=None, description="https://… of the provider of single sign-on; None: there is none"
    )
    oidc_client_id: str = Field(default="civicwatt", description="as whom the provider knows this cloud")
    oidc_secret_file: Path | None = Field(default=None, description="the provider's secret for it, if any")
    oidc_claim: str = Field(
        default="preferred_username", description="what the provider says of people that is their account"
    )
    channels: Path | None = Field(
        default=None,
        description="TOML: e-mail server, messengers' robots, webhooks, MQTT topic; None: the inbox only",
    )
    backup_key_file: Path | None = Field(default=None, description="the key of backups; None: a passphrase")
    scan_command: str = Field(
        default="",
        description="looks at each uploaded file, whose path comes last; 0: clean. Empty: none",
    )
    web_dist: Path = Field(default=Path(__file__).parents[1] / "web_dist", description="the built web pages")

    @field_validator("business_zone")
    @classmethod
    def _whole_hours(cls, name: str) -> str:
        """The ledger's hours are UTC hours: a zone cut at half hours would split them."""
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones gives OSError
            raise ValueError(f"unknown time zone {name}") from error
        for year in range(2000, 2040):
            for month in (1, 7):
                offset = datetime(year, month, 1, tzinfo=UTC).astimezone(zone).utcoffset()
                if offset is None or offset.total_seconds() % HOUR_S:
                    raise ValueError(f"{name} is not a whole number of hours from UTC")
        return name

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: str | None) -> str | None:
        if url is None:
            return None
        try:
            named = make_url(url)
        except (ArgumentError, ValueError):
            raise ValueError("this is no database URL") from None  # it may hold a password: not repeated
        if named.drivername not in {"postgresql", "postgresql+psycopg"}:
            raise ValueError("only postgresql:// is known; leave it out for SQLite")
        if not named.database:
            raise ValueError("the URL names no database: postgresql://user@host/database")
        return url

    @field_validator("clock")
    @classmethod
    def _is_clock(cls, text: str) -> str:
        try:
            if text:
                Clock.parse(text)
        except BadValue as error:
            raise ValueError(error.facts["detail"]) from error
        return text

    @property
    def zone(self) -> ZoneInfo:
        """The business zone."""
        return ZoneInfo(self.business_zone)

    @property
    def database_path(self) -> Path:
        """Registry, ledger and accounts, where there is no `database_url`."""
        return self.data_dir / "civicwatt.sqlite"

    @property
    def readings_path(self) -> Path:
        """The embedded readings store, where there is no `readings_url`; its sealed days lie beside it."""
        return self.data_dir / "readings.duckdb"

    @property
    def store_url(self) -> str:
        """The address of the readings store."""
        return self.readings_url or f"duckdb:{self.readings_path}"

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if len({self.mqtt_ca is None, self.mqtt_cert is None, self.mqtt_key is None}) > 1:
            raise ValueError("mqtt_ca, mqtt_cert and mqtt_key belong together")
        return self

    @model_validator(mode="after")
    def _signs_for_one_address(self) -> Self:
        if (self.login_ca is None) != (self.login_origin is None):
            raise ValueError("login_ca and login_origin belong together")
        return self

    @property
    def identity_key_path(self) -> Path:
        """The secret that second factors are sealed with; only its owner may read it."""
        return self.data_dir / "identity.key"

    @property
    def audit_key_path(self) -> Path:
        """The key that anchors of the audit are signed with; only its owner may read it."""
        return self.data_dir / "audit.key"

    @property
    def anchors_path(self) -> Path:
        """Where anchors of the audit are kept."""
        return self.audit_anchors or self.data_dir / "anchors"

    @property
    def label_key_path(self) -> Path:
        """The key that labels are signed with; only its owner may read it."""
        return self.data_dir / "label.key"

    @property
    def files_path(self) -> Path:
        """Contents of uploaded files."""
        return self.data_dir / "files"

    @property
    def forms_path(self) -> Path:
        """Word forms of the installation's own: <entity>.docx."""
        return self.data_dir / "forms"

    @property
    def authority_path(self) -> Path:
        """The certificate authority's folder; only its owner may read it."""
        return self.data_dir / "authority"

    def make_clock(self) -> Clock:
        """The business clock that the settings name."""
        return Clock.parse(self.clock) if self.clock else MachineClock.real()

    @classmethod
    def load(cls, config: Path | None = None, **flags: Any) -> Self:
        """Settings from flags that are not None, the environment, and the file.

        Without `config` the file is the one that CIVICWATT_CONFIG names, if any.
        Errors: UnknownKey, BadValue, BadToml — with the place: a file, or the variable's name;
        RootInForeignData.
        """
        environment = {
            name.removeprefix(PREFIX).lower(): name
            for name in os.environ
            if name.startswith(PREFIX) and not name.startswith(EDGE_PREFIX) and name != CONFIG
        }
        for key, name in environment.items():
            if key not in cls.model_fields:
                raise UnknownKey(name, key=key)
        if config is None and (named := os.environ.get(CONFIG)):
            config = Path(named)
        given = _read(config) if config else {}
        for key in given:
            if key not in cls.model_fields:
                raise UnknownKey(str(config), key=key)
        values = {key: value for key, value in given.items() if key not in environment}
        values |= {key: value for key, value in flags.items() if value is not None}
        try:
            settings = cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            key = str(first["loc"][0]) if first["loc"] else ""
            place = environment.get(key, str(config or "")) if key not in flags else f"--{key}"
            raise BadValue(place, key=key, detail=first["msg"]) from error
        _for_its_owner(settings.data_dir)
        return settings


def _for_its_owner(folder: Path) -> None:
    """Errors: RootInForeignData."""
    if os.geteuid() == 0 and folder.exists() and folder.stat().st_uid != 0:
        try:
            owner = folder.owner()
        except KeyError:  # an account that this machine does not know, as in a container
            owner = f"#{folder.stat().st_uid}"
        raise RootInForeignData(str(folder), owner=owner)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadValue(str(path), key="--config", detail=error) from error
    return decode(text_of(data, str(path)), dict[str, Any], str(path))
