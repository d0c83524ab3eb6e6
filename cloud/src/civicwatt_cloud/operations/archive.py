"""What a backup holds: a compressed tar stream inside a sealed file, written and read from front to back.

manifest.json   what wrote it, when, which kind of database at which schema
database        the SQLite file, or a dump of pg_dump
authority/…     the certificate authority's files
keys/…          the installation's own keys: of labels, of the audit's anchors
files/…         uploaded files, each by the SHA-256 of its content
forms/…         the installation's own Word forms
readings/N      rows, as rows.py packs them
end.json        how many rows and members: without it the backup was not finished
"""

import hashlib
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from gzip import GzipFile
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol

from civicwatt_cloud.operations.errors import BackupDamaged, BackupTruncated, NotABackup
from civicwatt_cloud.operations.rows import unpacked
from civicwatt_cloud.operations.sealed import CHUNK, Opener, Sealer, Secret
from civicwatt_cloud.timeseries.stores.readings import Batch

FORMAT = 1
FAST = 1  # of zlib's levels: the readings compress well at any
NAME = re.compile(
    r"manifest\.json|database|authority/ca-\d{1,6}\.pem|keys/[a-z]+\.key|files/[0-9a-f]{64}|readings/\d{1,9}"
    r"|forms/[a-z_]{1,60}\.docx|end\.json"
)

Report = Callable[[float], None]  # how much is done, 0…1


class Writer:
    """Adds members to a backup that writing() has opened."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.rows = self.members = 0

    def add(self, name: str, data: bytes) -> None:
        """A member from memory."""
        self._add(name, BytesIO(data), len(data))

    def add_file(self, name: str, path: Path) -> None:
        """A member from a file."""
        with path.open("rb") as file:
            self._add(name, file, path.stat().st_size)

    def add_rows(self, rows: Batch, data: bytes) -> None:
        """A slice of readings, packed."""
        self.add(f"readings/{self.members:06}", data)
        self.rows += len(rows)

    def _add(self, name: str, file: BinaryIO, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size = size
        self._tar.addfile(info, file)
        self.members += 1


@contextmanager
def writing(file: BinaryIO, secret: Secret, manifest: dict[str, Any]) -> Iterator[Writer]:
    """A backup; it gets its end only when nothing went wrong."""
    sealer = Sealer(file, secret, {"created": manifest["created"]})
    with (
        GzipFile(fileobj=sealer, mode="wb", compresslevel=FAST, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        writer = Writer(tar)
        writer.add("manifest.json", json.dumps({"format": FORMAT, **manifest}).encode())
        yield writer
        writer.add("end.json", json.dumps({"rows": writer.rows, "members": writer.members}).encode())
    sealer.finish()


class Taker(Protocol):
    """Who takes the members of a backup in as they come."""

    def manifest(self, told: dict[str, Any]) -> None:
        """What the backup is, before anything else."""
        ...

    def database(self, file: IO[bytes]) -> None:
        """The database's file."""
        ...

    def authority(self, name: str, data: bytes) -> None:
        """A file of the certificate authority."""
        ...

    def key(self, name: str, data: bytes) -> None:
        """A key of the installation."""
        ...

    def file(self, sha256: str, content: IO[bytes]) -> None:
        """An uploaded file."""
        ...

    def form(self, name: str, data: bytes) -> None:
        """A Word form of the installation's own."""
        ...

    def readings(self, rows: Batch) -> None:
        """Some readings."""
        ...


@dataclass(slots=True)
class Contents:
    """What a whole and proven backup was found to hold; a Taker that only looks."""

    told: dict[str, Any] = field(default_factory=dict)
    rows: int = 0
    members: int = 0

    def manifest(self, told: dict[str, Any]) -> None:
        """Keep it."""
        self.told = told

    def database(self, file: IO[bytes]) -> None:
        """Read it to its end."""
        while file.read(CHUNK):
            pass

    def authority(self, name: str, data: bytes) -> None:
        """Nothing more to look at."""

    def key(self, name: str, data: bytes) -> None:
        """Nothing more to look at."""

    def file(self, sha256: str, content: IO[bytes]) -> None:
        """It must be what its name says. Errors: BackupDamaged."""
        if hashlib.file_digest(content, "sha256").hexdigest() != sha256:  # type: ignore[arg-type]
            raise BackupDamaged(at=f"files/{sha256}")

    def form(self, name: str, data: bytes) -> None:
        """Nothing more to look at."""

    def readings(self, rows: Batch) -> None:
        """Nothing more to look at: they could be unpacked."""


def read(path: Path, secret: Secret, taker: Taker, report: Report) -> Contents:
    """Read a backup to its proven end. Errors: NotABackup, WrongKey, BackupDamaged, BackupTruncated."""
    where, size = str(path), path.stat().st_size
    found, end = Contents(), None
    with path.open("rb") as file, _members(file, secret, where) as members:
        for name, content in members:
            if end is not None or not NAME.fullmatch(name) or (name == "manifest.json") is bool(found.told):
                raise BackupDamaged(where, at=name)
            if name == "end.json":
                end = json.load(content)
                continue
            _hand_over(name, content, found, taker, where)
            found.members += 1
            report(file.tell() / size)
    if end is None:
        raise BackupTruncated(where, at="end")
    if end != {"rows": found.rows, "members": found.members}:
        raise BackupDamaged(where, at="end.json")
    report(1.0)
    return found


def _hand_over(name: str, content: IO[bytes], found: Contents, taker: Taker, where: str) -> None:
    kind, _, rest = name.partition("/")
    match kind:
        case "manifest.json":
            found.told = json.load(content)
            if found.told["format"] != FORMAT:
                detail = f"format {found.told['format']}"
                raise NotABackup(where, detail=detail, detail_zh=f"格式版本 {found.told['format']}")
            taker.manifest(found.told)
        case "database":
            taker.database(content)
        case "authority":
            taker.authority(rest, content.read())
        case "keys":
            taker.key(rest, content.read())
        case "files":
            taker.file(rest, content)
        case "forms":
            taker.form(rest, content.read())
        case _:
            rows = unpacked(content.read())
            found.rows += len(rows)
            taker.readings(rows)


@contextmanager
def _members(file: BinaryIO, secret: Secret, where: str) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    with (
        BufferedReader(Opener(file, secret, where), CHUNK) as plain,
        GzipFile(fileobj=plain, mode="rb") as unzipped,
        tarfile.open(fileobj=unzipped, mode="r|") as tar,
    ):
        yield ((info.name, content) for info in tar if (content := tar.extractfile(info)))
        while unzipped.read(CHUNK):  # to the last chunk, which proves the end
            pass
