"""The looks of `civicwatt cloud doctor`; each gives rows and never raises."""

import ctypes
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.x509 import load_pem_x509_certificate
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.errors import DatabaseAway
from civicwatt_cloud.kit.schema import schema_of
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways.models import GatewayCertificate
from civicwatt_cloud.operations import parts
from civicwatt_cloud.operations.errors import (
    BackupMissing,
    BooksBehind,
    BooksDoNotAddUp,
    CertificateEnds,
    ClockWrong,
    IngestAway,
    SchemaBehind,
    SpaceLow,
)
from civicwatt_cloud.operations.metrics import last_backup
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, HeldStep
from civicwatt_cloud.timeseries.points import Gateway
from civicwatt_cloud.timeseries.stores.errors import StoreUnreachable
from civicwatt_protocols.errors import CivicWattError

# Engineering defaults.
LEAST_FREE, LOW_FREE = 256 << 20, 2 << 30  # bytes: nothing goes on below the first
WARN_BEFORE = timedelta(days=30)
BACKUP_AGE = timedelta(days=2)
BEHIND_S = 600
RELEASED_S = 1_793_491_200  # 2026-11-01T00Z, about when this release was made: no right clock is earlier
AHEAD_S = 120
UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
TIMEX_BYTES = 256  # struct timex has 208

Told = Mapping[str, float]  # metrics of the running server; empty where none runs


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Row:
    """One look: what was found, and the error that says what is wrong and what to do."""

    zh: str
    en: str
    detail: str
    level: Level = Level.OK
    error: CivicWattError | None = None

    def told(self) -> dict[str, Any]:
        """For programs."""
        error = None if self.error is None else self.error.as_dict()
        return {
            "part": self.en,
            "part_zh": self.zh,
            "level": self.level.value,
            "detail": self.detail,
            "error": error,
        }


def _row(zh: str, en: str, detail: str, error: CivicWattError | None, level: Level = Level.WARN) -> Row:
    return Row(zh, en, detail, Level.OK if error is None else level, error)


def disk(settings: Settings) -> Row:
    """Room for the databases."""
    folder = settings.data_dir.absolute()
    place = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(place).free
    low = SpaceLow(str(folder), free=_size(free), wanted=_size(LOW_FREE)) if free < LOW_FREE else None
    level = Level.FAIL if free < LEAST_FREE else Level.WARN
    return _row("磁盘", "disk", f"{folder}, {_size(free)} 可用 free", low, level)


def administration(settings: Settings, told: Told) -> Iterator[Row]:
    """The database, its schema, and what can be learned from it."""
    names, kind = ("数据库", "database"), parts.database_kind(settings)
    if not parts.has_database(settings):
        yield Row(*names, f"{kind}：首次运行时建立 · made at the first run")
        return
    try:
        with parts.database(settings) as database, database.reading() as session:
            asked = "SELECT sqlite_version()" if kind == "sqlite" else "SHOW server_version"
            yield Row(*names, f"{kind} {session.scalar(text(asked))}")
            schema = schema_of(session.connection())
            behind = SchemaBehind(current=schema.current, head=schema.head, pending=len(schema.pending))
            yield _row("结构", "schema", str(schema.current), behind if schema.pending else None)
            if not schema.pending:
                yield from _books(session, told)
                yield from _gateways(session)
                if kind == "postgresql":
                    yield _workers(session)
                yield _clock(session, settings)
    except CivicWattError as error:  # away, or of a newer version
        yield Row(*names, kind, Level.FAIL, error)
    except SQLAlchemyError as error:
        detail = str(error).splitlines()[0]
        yield Row(*names, kind, Level.FAIL, DatabaseAway(kind, detail=detail))


def store(settings: Settings, told: Mapping[str, str], *, runs: bool) -> Row:
    """The readings store; an embedded one belongs to the running server, which tells of it."""
    names = ("读数库", "readings store")
    if runs and parts.is_embedded(settings):
        held = "由云端进程使用，未应答 · held by the server, which does not tell"
        return Row(*names, f"{told['name']} {told['version']}" if told else held)
    if parts.is_embedded(settings) and not settings.data_dir.exists():
        return Row(*names, "首次运行时建立 · made at the first run")
    try:
        with parts.readings(settings) as opened:
            found = opened.capabilities()
    except CivicWattError as error:
        return Row(*names, "", Level.FAIL, error)
    except Exception as error:  # each backend has its own
        detail = (str(error) or repr(error)).splitlines()[0]
        return Row(*names, "", Level.FAIL, StoreUnreachable(detail=detail))
    return Row(*names, f"{found.name} {found.version}")


def ingest(told: Told) -> Row:
    """Whether the running server listens to the broker, and what waits there."""
    away = None if told.get("civicwatt_ingest_connected") else IngestAway()
    waiting = told.get("civicwatt_ingest_queue_messages", 0), told.get("civicwatt_ingest_parked_messages", 0)
    detail = "{:.0f} 条排队 queued, {:.0f} 条待点表 parked".format(*waiting)
    return _row("接收", "ingest", detail, away, Level.FAIL)


def certificates(settings: Settings) -> Iterator[Row]:
    """When the authority's and the ingest's end."""
    files = sorted(settings.authority_path.glob("ca-*.pem"))[-1:]
    named = [("签发机构 authority", one) for one in files]
    named += [("接收端 ingest", settings.mqtt_cert)] if settings.mqtt_cert else []
    named += [("消息服务器的签发机构 the broker's authority", settings.mqtt_ca)] if settings.mqtt_ca else []
    for what, path in named:
        yield _certificate(what, path)


def backups(settings: Settings) -> Row:
    """How old the newest backup is."""
    names, at = ("备份", "backup"), last_backup(settings.data_dir)
    if at is None:
        missing = BackupMissing(detail="there has been none", detail_zh="从未备份")
        return Row(*names, "—", Level.WARN, missing)
    age = datetime.now(UTC) - at
    old = BackupMissing(detail=f"the newest is {age.days} days old", detail_zh=f"最新的已有 {age.days} 天")
    return _row(*names, f"{at:%Y-%m-%d %H:%M} UTC", old if age > BACKUP_AGE else None)


def _books(session: Session, told: Told) -> Iterator[Row]:
    ranges = session.scalar(select(func.count(DirtyRange.id))) or 0
    held = session.scalar(select(func.count()).select_from(HeldStep)) or 0
    even_s = told.get("civicwatt_ledger_even_timestamp_seconds", 0)
    seconds = int(time.time() - even_s) if even_s else 0
    behind = BooksBehind(ranges=ranges, seconds=seconds) if ranges and seconds > BEHIND_S else None
    detail = f"{ranges} 段待算 dirty, {held} 处待确认 held"
    yield _row("台账", "ledger", detail, behind)
    if count := int(told.get("civicwatt_ledger_violations", 0)):
        yield Row("台账核对", "sums", str(count), Level.FAIL, BooksDoNotAddUp(count=count))


def _gateways(session: Session) -> Iterator[Row]:
    known = session.scalar(select(func.count(Gateway.id))) or 0
    online = session.scalar(select(func.count(Gateway.id)).where(Gateway.online)) or 0
    aside = session.scalar(select(func.count(Quarantined.id))) or 0
    yield Row("网关", "gateways", f"{online}/{known} 在线 online, {aside} 条在隔离区 in quarantine")
    mine = GatewayCertificate
    newest = (
        select(func.max(mine.expires_us)).where(mine.revoked_us.is_(None)).group_by(mine.gateway).subquery()
    )
    soon_us = int((time.time() + WARN_BEFORE.total_seconds() / 2) * 1_000_000)  # they renew 30 days before
    ending = session.scalar(select(func.count()).select_from(newest).where(newest.c[0] < soon_us)) or 0
    if ending:
        detail = f"{ending} of them did not renew", f"{ending} 台未按时续期"
        error = CertificateEnds(what="网关 gateways", detail=detail[0], detail_zh=detail[1])
        yield Row("网关证书", "gateway certificates", str(ending), Level.WARN, error)


def _workers(session: Session) -> Row:
    """How many there are, from whatever machine: by the names of their connections."""
    return Row("接收进程", "workers", f"{parts.workers(session)} 个在运行 running")


def _clock(session: Session, settings: Settings) -> Row:
    """The machine's clock: against the release, the newest message, and the kernel's word."""
    now_s = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(now_s))
    seen_us = session.scalar(select(func.max(Gateway.last_seen_us))) or 0
    least_s = RELEASED_S if settings.clock else max(RELEASED_S, seen_us / 1_000_000 - AHEAD_S)
    if now_s < least_s:
        slow = f"{least_s - now_s:.0f} s"
        error = ClockWrong(detail=f"slow by {slow} or more", detail_zh=f"至少慢 {slow}")
        return Row("时钟", "clock", shown, Level.FAIL, error)
    if _is_unsynchronised():
        error = ClockWrong(detail="no time server has set it", detail_zh="未与时间服务器同步")
        return Row("时钟", "clock", shown, Level.WARN, error)
    return Row("时钟", "clock", shown)


def _is_unsynchronised() -> bool:
    """The kernel's word; False where it has none."""
    try:
        return bool(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)) == UNSYNCHRONISED)
    except (OSError, AttributeError):
        return False


def _certificate(what: str, path: Path) -> Row:
    names = ("证书", "certificate")
    try:
        ends = load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Row(
            *names, what, Level.FAIL, CertificateEnds(str(path), what=what, detail=detail, detail_zh=detail)
        )
    left = ends - datetime.now(UTC)
    detail = f"{what}: {ends:%Y-%m-%d}, {left.days} 天 days"
    if left > WARN_BEFORE:
        return Row(*names, detail)
    told = CertificateEnds(
        str(path), what=what, detail=f"{left.days} days left", detail_zh=f"还有 {left.days} 天到期"
    )
    return Row(*names, detail, Level.FAIL if left.total_seconds() <= 0 else Level.WARN, told)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
