"""The ways that `civicwatt cloud doctor` tries: to the broker, and to the server's own pages."""

import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import make_url

from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.errors import DataBusy
from civicwatt_cloud.kit.hosts import is_here
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations.checks import Level, Row
from civicwatt_cloud.operations.errors import BrokerUnreachable, NoTls, ServerNotRunning
from civicwatt_cloud.timeseries.intake.mqtt import TlsFiles
from civicwatt_cloud.timeseries.stores.urls import parse

WAIT_S = 5.0  # engineering default
HERE = "127.0.0.1"


def server(settings: Settings) -> tuple[Row, dict[str, float], dict[str, str]]:
    """Whether a server works on the data folder; its metrics, and what it says of its readings store."""
    names = ("云端", "server")
    if not _is_held(settings):
        stopped = ServerNotRunning(port=settings.http_port)
        return Row(*names, "未运行 · not running", Level.WARN, stopped), {}, {}
    try:
        body = _metrics(settings)
    except (OSError, HTTPException) as error:
        return Row(*names, str(error), Level.FAIL, ServerNotRunning(port=settings.http_port)), {}, {}
    samples = [one for family in text_string_to_metric_families(body) for one in family.samples]
    told = {one.name: one.value for one in samples if not one.labels}
    store = next((one.labels for one in samples if one.name == "civicwatt_store_info"), {})
    if not told:
        return Row(*names, "运行中，未读到指标 · runs, gave no metrics"), {}, {}
    return Row(*names, f"运行中 · runs, {HERE}:{settings.http_port}"), told, dict(store)


def broker(settings: Settings) -> Row:
    """Whether it answers; over TLS not a word of MQTT: that would end the running ingest's session."""
    names, host = ("消息服务器", "broker"), settings.mqtt_host
    if host is None:
        return Row(*names, "未配置 · none configured")
    place = f"{host}:{settings.mqtt_port}"
    try:
        with socket.create_connection((host, settings.mqtt_port), WAIT_S) as plain:
            if (files := TlsFiles.of(settings)) is not None:
                with files.context().wrap_socket(plain, server_hostname=host) as sealed:
                    return Row(*names, f"{place} {sealed.version()}")
            _greet(plain)
    except ssl.SSLError as error:
        told = BrokerUnreachable(place, detail=error.reason or error)
        return Row(*names, place, Level.FAIL, told)
    except OSError as error:
        return Row(*names, place, Level.FAIL, BrokerUnreachable(place, detail=error.strerror or error))
    if is_here(host):
        return Row(*names, f"{place} MQTT，未加密，仅本机 · in the clear, on this machine")
    return Row(*names, place, Level.WARN, NoTls(host=host))


def in_the_clear(settings: Settings) -> Iterator[Row]:
    """Databases on other machines that are spoken to without TLS, or without knowing who they are."""
    if settings.database_url is not None:
        url = make_url(settings.database_url)
        host = url.host or "localhost"  # none: a socket on this machine
        if not is_here(host) and url.query.get("sslmode") not in {"verify-ca", "verify-full"}:
            yield Row("数据库", "database", host, Level.WARN, NoTls(host=host))
    store = parse(settings.store_url)
    for place in store.hosts:
        if not store.tls and not is_here(place.rpartition(":")[0].strip("[]")):
            yield Row("读数库", "readings store", place, Level.WARN, NoTls(host=place))


def _is_held(settings: Settings) -> bool:
    if not settings.data_dir.exists():
        return False
    try:
        with alone(settings.data_dir):
            return False
    except DataBusy:
        return True


def _metrics(settings: Settings) -> str:
    """What the server tells; empty where it does not let us read. Errors: OSError, HTTPException."""
    headers = {}
    if settings.metrics_token_file is not None:
        headers["Authorization"] = f"Bearer {settings.metrics_token_file.read_text().strip()}"
    connection = HTTPConnection(HERE, settings.http_port, timeout=WAIT_S)
    try:
        connection.request("GET", "/metrics", headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        return body if answer.status == 200 else ""
    finally:
        connection.close()


def _greet(broker: socket.socket) -> None:
    """CONNECT with a client id of the broker's choice, CONNACK, DISCONNECT. Errors: OSError.

    Source: MQTT 3.1.1, clauses 3.1, 3.2 and 3.14.
    """
    broker.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x05\x00\x00")
    with broker.makefile("rb") as answers:
        answer = answers.read(4)
    if not answer.startswith(b"\x20\x02") or len(answer) < 4:
        raise OSError("the port answers, but not in MQTT")
    if answer[3]:
        raise OSError(f"the broker refuses: CONNACK return code {answer[3]}")
    broker.sendall(b"\xe0\x00")
