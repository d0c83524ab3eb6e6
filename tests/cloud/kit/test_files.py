"""S16: what is uploaded is what it says, is kept once, and is seen by whoever sees its record."""

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image
from small_city import EAST, WEST, context, fill
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import NotFound, NotPermitted
from civicwatt_cloud.kit.files import attachments as files
from civicwatt_cloud.kit.files import pictures, regions
from civicwatt_cloud.kit.files.checks import NAME_LENGTH, accepted, bare
from civicwatt_cloud.kit.files.errors import (
    BadRegion,
    DangerousFile,
    FileInfected,
    FileTooLarge,
    NotWhatItSays,
    UnknownFileType,
)
from civicwatt_cloud.kit.files.models import File
from civicwatt_cloud.kit.files.regions import Region, fault
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.guard import MAX_UPLOAD
from civicwatt_cloud.kit.records import lookup, registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.org.module import MODULE

PERSON = MODULE.entity("person")
ENTITIES = {one.key: one for one in MODULE.entities}
WANG = {"number": "P-1", "name": "王强", "rank": "科级以下"}
SCRIPT = b"<script>alert(1)</script>"


def picture(format: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "red").save(written, format)
    return written.getvalue()


def package(parts: dict[str, bytes], comment: bytes = b"") -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
        made.comment = comment
    return written.getvalue()


def workbook() -> bytes:
    written = BytesIO()
    Workbook().save(written)
    return written.getvalue()


def document(**more: bytes) -> dict[str, bytes]:
    return {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", **more}


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>'
GOOD = {
    "a.pdf": PDF,
    "a.PNG": picture(),
    "a.jpg": picture("JPEG"),
    "a.webp": picture("WEBP"),
    "a.xlsx": workbook(),
    "a.docx": package(document()),
    "a.ofd": package({"OFD.xml": b"<OFD/>"}),
    "说明.txt": "第一行".encode("gb18030"),
    "a.csv": "a,b\n1,2".encode("utf-8-sig"),
    "a.dxf": b"0\nSECTION\n2\nHEADER\n0\nENDSEC\n0\nEOF\n",
}
BAD = {
    "svg": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", UnknownFileType),
    "html": ("a.html", SCRIPT, UnknownFileType),
    "no ending": ("a", PDF, UnknownFileType),
    "two endings": ("a.pdf.exe", PDF, UnknownFileType),
    "html as text": ("a.txt", b"  " + SCRIPT, NotWhatItSays),
    "program as text": ("a.csv", b"MZ\0\0", NotWhatItSays),
    "empty": ("a.txt", b" ", NotWhatItSays),
    "png as pdf": ("a.pdf", picture(), NotWhatItSays),
    "pdf as png": ("a.png", PDF, NotWhatItSays),
    "gif as png": ("a.png", b"GIF89a" + picture(), NotWhatItSays),
    "cut short": ("a.png", picture()[:60], NotWhatItSays),
    "pdf and zip": ("a.pdf", PDF + package(document()), NotWhatItSays),
    "pdf inside a zip": ("a.docx", PDF + package(document()), NotWhatItSays),
    "zip with more behind": ("a.docx", package(document()) + SCRIPT, NotWhatItSays),
    "zip with a comment": ("a.docx", package(document(), SCRIPT), NotWhatItSays),
    "another package": ("a.docx", workbook(), NotWhatItSays),
    "script in a pdf": (
        "a.pdf",
        PDF.replace(b"<<>>", b"<</S/JavaScript/JS(app.alert(1))>>", 1),
        DangerousFile,
    ),
    "macros": ("a.docx", package(document(**{"word/vbaProject.bin": b"x"})), DangerousFile),
    "way out": ("a.docx", package(document(**{"../../etc/passwd": b"x"})), DangerousFile),
    "bomb": ("a.docx", package(document(**{"word/a.bin": bytes(30_000_000)})), DangerousFile),
    "parts": ("a.docx", package(document(**{f"word/{n}.bin": b"" for n in range(1001)})), DangerousFile),
    "entities": ("a.xlsx", package({"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": DTD}), DangerousFile),
    "entities in utf-16": (
        "a.xlsx",
        package({"xl/workbook.xml": DTD.decode().encode("utf-16")}),
        DangerousFile,
    ),
    "too many bytes": ("a.txt", b"a" * (MAX_UPLOAD + 1), FileTooLarge),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_offices_use_is_taken(name: str) -> None:
    assert accepted(name, GOOD[name]).name == name


@pytest.mark.parametrize("what", BAD)
def test_s16_what_could_do_harm_is_refused(what: str) -> None:
    name, data, error = BAD[what]
    with pytest.raises(error):
        accepted(name, data)


def test_s16_a_picture_is_drawn_anew() -> None:
    written = BytesIO()
    Image.new("RGB", (4, 2), "red").save(written, "JPEG", comment=SCRIPT, exif=_turned())
    kept = accepted("a.jpg", written.getvalue() + SCRIPT).data
    assert SCRIPT not in kept
    with Image.open(BytesIO(kept)) as drawn:
        assert (drawn.size, dict(drawn.getexif())) == ((2, 4), {})  # upright


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def test_s16_a_picture_with_too_many_points_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_POINTS", 1000)
    with pytest.raises(FileTooLarge):
        accepted("a.png", picture())


@given(st.text(max_size=300))
def test_s16_a_name_is_never_a_path(name: str) -> None:
    shown = bare(name)
    assert not set(shown) & {"/", "\\", "\0", "\n", "\u202e"}
    assert shown not in {".", ".."}
    assert len(shown) <= NAME_LENGTH


def test_a_content_is_stored_once_and_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "files")
    sha256 = store.put(b"content")
    assert store.put(b"content") == sha256 == hashlib.sha256(b"content").hexdigest()
    found = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert [path.name for path in found] == [sha256]
    assert found[0].stat().st_mode & 0o777 == 0o600
    with Image.open(store.thumbnail(store.put(picture(size=(1000, 10))))) as small:
        assert small.size == (320, 3)


def test_s16_the_scanner_of_the_settings_is_asked(tmp_path: Path) -> None:
    store = Store(tmp_path / "files")
    assert files.keep(store, "a.txt", b"clean", "grep -qv EICAR").size == 5
    with pytest.raises(FileInfected):
        files.keep(store, "a.txt", b"EICAR", "grep -qv EICAR")
    with pytest.raises(FileInfected):
        files.keep(store, "a.txt", b"clean", "/no/such/scanner")


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """The small city."""
    with db.session() as found:
        fill(found)
        yield found


@pytest.fixture
def east(session: Session) -> Context:
    return context(session, Role.ORGANISATION_MANAGER, EAST)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def test_s16_a_file_is_seen_by_whoever_sees_its_record(east: Context, store: Store) -> None:
    session = east.session
    row = registry.create(east, PERSON, 1, WANG)
    other = registry.create(east, PERSON, 3, WANG | {"number": "P-2"})
    kept = files.keep(store, "../../证书.pdf", PDF)
    made = files.attach(east, PERSON, row.id, kept, "certificate")
    assert files.attach(east, PERSON, row.id, kept, "certificate").id == made.id
    files.attach(east, PERSON, other.id, kept, "certificate")
    assert (made.name, made.owner_id) == ("证书.pdf", 1)
    assert session.scalar(select(func.count()).select_from(File)) == 1
    west = context(session, Role.ORGANISATION_MANAGER, WEST)
    clerk = context(session, Role.LIAISON, institution=3)
    staff = context(session, Role.STAFF, EAST)
    assert files.with_content(clerk, ENTITIES, kept.sha256)[0].record_id == other.id
    for who, error in ((west, NotFound), (clerk, NotFound), (staff, NotPermitted)):
        with pytest.raises(error):
            files.attach(who, PERSON, row.id, kept, "certificate")
    with pytest.raises(NotFound):
        files.with_content(west, ENTITIES, kept.sha256)
    with pytest.raises(NotFound):
        files.attachment(west, ENTITIES, made.id)
    files.detach(east, PERSON, row.id, made.id)
    assert files.attachments(session, PERSON, row.id) == []
    whats = session.scalars(select(Audit.what).where(Audit.what.startswith("file_"))).all()
    assert whats == ["file_attached", "file_attached", "file_removed"]


def test_s25_the_files_of_a_sensitive_record_are_for_who_works_on_such_ones(
    east: Context, store: Store
) -> None:
    """Nor does its history tell whoever may only know of it what they are called."""
    row = registry.create(east, PERSON, 1, WANG | {"sensitivity": "敏感"})
    kept = files.keep(store, "处分决定.pdf", PDF)
    made = files.attach(east, PERSON, row.id, kept, "certificate")
    staff = context(east.session, Role.STAFF, EAST)
    for _ in range(2):  # sensitive, then internal again
        is_open = row.sensitivity == "internal"
        assert files.is_visible(staff, ENTITIES, "person", row.id) is is_open
        (deed,) = [one for one in lookup.history_of(staff, PERSON, row.id) if one.deed == "file_attached"]
        assert {one.after for one in deed.differences} == {"***"}
        if not is_open:
            with pytest.raises(NotFound):
                files.with_content(staff, ENTITIES, kept.sha256)
            with pytest.raises(NotFound):
                files.attachment(staff, ENTITIES, made.id)
        registry.change(east, PERSON, row.id, row.rev, {"sensitivity": "internal"})
    assert files.with_content(staff, ENTITIES, kept.sha256)[0].id == made.id
    assert "处分决定.pdf" in {
        one.after for deed in lookup.history_of(east, PERSON, row.id) for one in deed.differences
    }


SQUARE = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4))


@pytest.mark.parametrize(
    "points",
    [
        SQUARE[:2],
        (*SQUARE[:3], (0.1, 1.1)),
        (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]),
        ((0.1, 0.1), (0.2, 0.2), (0.3, 0.3)),
        (*SQUARE, (0.3, 0.05)),
        (*SQUARE[:3], (float("nan"), 0.2)),
    ],
    ids=["two corners", "outside", "crossed", "no area", "crosses the first side", "no number"],
)
def test_a_region_is_a_polygon_of_the_picture(points: tuple[tuple[float, float], ...]) -> None:
    assert fault(points)
    assert fault(SQUARE) is None


def test_the_parts_of_a_floor_plan_show_records(east: Context, store: Store) -> None:
    session = east.session
    row = registry.create(east, PERSON, 1, WANG)
    plan = files.attach(east, PERSON, row.id, files.keep(store, "a.png", picture()), "floor_plan")
    regions.draw(east, ENTITIES, plan, [Region("person", row.id, SQUARE)])
    assert regions.regions(session, plan) == [Region("person", row.id, SQUARE)]
    with pytest.raises(BadRegion):
        regions.draw(east, ENTITIES, plan, [Region("person", row.id, SQUARE)] * 2)
    with pytest.raises(NotFound):
        regions.draw(east, ENTITIES, plan, [Region("person", row.id + 7, SQUARE)])
    regions.draw(east, ENTITIES, plan, [])
    drawn = session.scalars(select(Audit).where(Audit.what == "picture_drawn").order_by(Audit.id)).all()
    assert [len(json.loads(str(one.after))["regions"]) for one in drawn] == [1, 0]
    staff = context(session, Role.STAFF, EAST)
    with pytest.raises(NotPermitted):
        regions.draw(staff, ENTITIES, plan, [])


def test_one_part_is_drawn_and_erased_beside_the_others(east: Context, store: Store) -> None:
    session = east.session
    first, second = (registry.create(east, PERSON, 1, WANG | {"number": f"P-{n}"}) for n in (1, 2))
    plan = files.attach(east, PERSON, first.id, files.keep(store, "a.png", picture()), "floor_plan")
    one, other = Region("person", first.id, SQUARE), Region("person", second.id, SQUARE)
    for drawn in (one, other, one._replace(points=SQUARE[:3])):
        regions.draw_one(east, ENTITIES, plan, drawn)
    assert regions.regions(session, plan) == [other, one._replace(points=SQUARE[:3])]
    second.owner_id = 2  # of another county: out of sight, and it stays
    session.flush()
    regions.draw(east, ENTITIES, plan, [])
    assert regions.regions(session, plan) == [other]
    with pytest.raises(NotFound):
        regions.erase(east, ENTITIES, plan, "person", second.id)
    second.owner_id = 1
    session.flush()
    with pytest.raises(NotPermitted):
        regions.erase(context(session, Role.STAFF, EAST), ENTITIES, plan, "person", second.id)
    regions.erase(east, ENTITIES, plan, "person", second.id)
    assert regions.regions(session, plan) == []
