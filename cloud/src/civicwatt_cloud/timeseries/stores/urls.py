"""Addresses of readings stores, as a setting or a command names them.

duckdb:PATH · sqlite:PATH
influxdb://[user[:password]@]host:port/database          InfluxDB 1.x
influxdb2://[org[:token]@]host:port/bucket               InfluxDB 2.x and 3.x
victoria://[user[:password]@]host:port                   VictoriaMetrics, one server
victoria-cluster://insert:port,select:port/tenant        its cluster

Options after "?": name (of the measurement, default civicwatt), tls=true, secret_file=PATH or secret_env=NAME
(the password or token), auth_key_env=NAME (VictoriaMetrics: of snapshots, deletion and flushes); for the
cluster also storage=host:port,… (the vmstorage nodes) or flush_s (seconds until rows are on its disks).
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from civicwatt_cloud.timeseries.stores.errors import BadStoreUrl

EMBEDDED = {"duckdb", "sqlite"}
SERVERS = {"influxdb": 1, "influxdb2": 1, "victoria": 1, "victoria-cluster": 2}  # how many hosts
_OPTIONS = {"name", "tls", "secret_file", "secret_env"}
_OPTIONS_OF = {
    "victoria": _OPTIONS | {"auth_key_env"},
    "victoria-cluster": _OPTIONS | {"auth_key_env", "storage", "flush_s"},
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_PATH = re.compile(r"[\w.:\-]+")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.\-]+):\d{1,5}")


@dataclass(frozen=True)
class Address:
    """Where a store is."""

    kind: str
    path: str  # of the file; database, bucket or tenant of a server
    hosts: tuple[str, ...] = ()  # host:port
    user: str = ""
    secret: str = ""
    name: str = "civicwatt"
    tls: bool = False
    auth_key: str = ""
    storage: tuple[str, ...] = ()
    flush_s: float = 10.0  # twice VictoriaMetrics' -inmemoryDataFlushInterval [engineering default]

    @property
    def scheme(self) -> str:
        """How its servers are spoken to."""
        return "https" if self.tls else "http"


def parse(url: str) -> Address:
    """The address that a URL means. Errors: BadStoreUrl, which does not repeat a secret."""
    kind, colon, rest = url.partition(":")
    if colon and kind in EMBEDDED:
        path = rest.removeprefix("//")
        if not path:
            raise _bad(url, "没有文件路径", "there is no path of a file")
        return Address(kind, path)
    if not colon or kind not in SERVERS:
        known = ", ".join([*sorted(EMBEDDED), *SERVERS])
        raise _bad(url, f"开头应为 {known} 之一", f"it must begin with one of {known}")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _bad(url, "方括号不成对", "a bracket is missing") from error
    login, _, hosts = parts.netloc.rpartition("@")
    user, _, secret = login.partition(":")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for key in options:
        if key not in _OPTIONS_OF.get(kind, _OPTIONS):
            named = key if key.isidentifier() else "…"  # else it may be part of a secret
            raise _bad(url, f"没有选项 {named}", f"there is no option {named}")
    name = options.get("name", "civicwatt")
    if not _NAME.fullmatch(name):
        raise _bad(
            url, "name 只能由字母、数字、下划线组成", "name takes letters, digits and underscores only"
        )
    path = unquote(parts.path.strip("/"))
    if not _PATH.fullmatch(path) and (path or kind != "victoria"):
        raise _bad(
            url, "缺少库名或租户，或其中有不能用的字符", "the database, bucket or tenant is missing or odd"
        )
    return Address(
        kind,
        path,
        _hosts(url, hosts, SERVERS[kind]),
        unquote(user),
        _secret(url, unquote(secret), options),
        name,
        options.get("tls", "false").lower() == "true",
        os.environ.get(options.get("auth_key_env", ""), ""),
        _hosts(url, options["storage"]) if "storage" in options else (),
        _seconds(url, options.get("flush_s", "10")),
    )


def _hosts(url: str, text: str, count: int | None = None) -> tuple[str, ...]:
    hosts = tuple(text.split(","))
    if not all(map(_HOST.fullmatch, hosts)) or (count is not None and len(hosts) != count):
        wanted = "host:port" if count != 2 else "insert-host:port,select-host:port"
        raise _bad(url, f"应为 {wanted}", f"{wanted} is expected")
    return hosts


def _secret(url: str, secret: str, options: dict[str, str]) -> str:
    if "secret_file" in options:
        try:
            return Path(options["secret_file"]).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            detail = f"secret_file: {error}"
            raise _bad(url, detail, detail) from error
    if "secret_env" in options:
        if options["secret_env"] not in os.environ:
            name = options["secret_env"]
            raise _bad(url, f"没有环境变量 {name}", f"there is no environment variable {name}")
        return os.environ[options["secret_env"]]
    return secret


def _seconds(url: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 600:
        raise _bad(url, "flush_s 应为 0 到 600", "flush_s must be from 0 to 600")
    return seconds


def _bad(url: str, zh: str, en: str) -> BadStoreUrl:
    return BadStoreUrl(url=shown(url), detail_zh=zh, detail=en)


def shown(url: str) -> str:
    """The URL as errors may repeat it: without account and secret, wherever somebody wrote them."""
    place, mark, _ = url.partition("?")
    return re.sub(r"(?s)^([^:]*:)?(//)?.*@", r"\1\2…@", f"{place}{mark and '?…'}")
