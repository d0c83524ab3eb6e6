"""Whether an uploaded file is taken: by the ending of its name, by its content, by its size (ASVS 5, S16).

The ending decides what the content must be; a content that is two things at once is none of them. Pictures
are drawn anew, so nothing but their points is kept. What a browser would run (SVG, HTML) is not taken.
"""

import unicodedata
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, is_zipfile

from civicwatt_cloud.kit.files import pictures
from civicwatt_cloud.kit.files.errors import DangerousFile, FileTooLarge, NotWhatItSays, UnknownFileType
from civicwatt_cloud.kit.guard import MAX_UPLOAD

MOST_PARTS = 1000  # of a package [S16]
MOST_RATIO = 100  # of what a package unpacks to [S16]
MOST_UNPACKED = 200 * 1024 * 1024  # [engineering default]
PROLOGUE = 64 * 1024  # bytes in which an XML part must have begun its root
NAME_LENGTH = 200
ACTIVE_PDF = (b"/JavaScript", b"/Launch")


class Accepted(NamedTuple):
    """A file as it is kept."""

    name: str
    media_type: str
    data: bytes


def accepted(name: str, data: bytes) -> Accepted:
    """The file, with a harmless name. Errors: UnknownFileType, NotWhatItSays, FileTooLarge, DangerousFile."""
    name = bare(name)
    ending = name.rpartition(".")[2].lower()
    if ending not in _TYPES:
        raise UnknownFileType(name, ending=ending[:20], known="、".join(sorted(_TYPES)))
    if len(data) > MAX_UPLOAD:
        size, most = f"{len(data) / 1e6:.1f} MB", f"{MAX_UPLOAD / 1e6:.0f} MB"
        raise FileTooLarge(name, size=size, size_zh=size, most=most, most_zh=most)
    media_type, judge = _TYPES[ending]
    try:
        return Accepted(name, media_type, judge(data))
    except (ValueError, BadZipFile, NotImplementedError) as error:  # NotImplementedError: odd compressions
        raise NotWhatItSays(name, ending=ending) from error


def bare(name: str) -> str:
    """The name without folders, and without what shows it as another: it is never a path of ours."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one)[0] != "C")
    shown = shown.strip(" .")
    stem, dot, ending = shown.rpartition(".")
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}{dot}{ending}"[-NAME_LENGTH:]


def _pdf(data: bytes) -> bytes:
    if not data.startswith(b"%PDF-") or not data.rstrip().endswith(b"%%EOF") or is_zipfile(BytesIO(data)):
        raise ValueError
    if any(one in data for one in ACTIVE_PDF):
        raise DangerousFile(what="a script in a PDF", what_zh="PDF 中含有脚本或启动命令")
    return data


def _text(data: bytes) -> bytes:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")  # its error is a ValueError
    if not text.strip() or "\0" in text or text.lstrip().startswith("<"):
        raise ValueError
    return data


def _dxf(data: bytes) -> bytes:
    if b"SECTION" not in data[:4096] or not data.rstrip().endswith(b"EOF"):
        raise ValueError
    return _text(data)


def _package(part: str) -> Callable[[bytes], bytes]:
    """A package of parts, of which this one names its type."""

    def judge(data: bytes) -> bytes:
        if not data.startswith(b"PK\x03\x04") or data[-22:-18] != b"PK\x05\x06":
            raise ValueError
        with ZipFile(BytesIO(data)) as package:
            if part not in package.namelist():
                raise ValueError
            _bounded(package, len(data))
            _harmless(package)
        return data

    return judge


def _bounded(package: ZipFile, size: int) -> None:
    parts = package.infolist()
    unpacked, packed = sum(one.file_size for one in parts), sum(one.compress_size for one in parts)
    if len(parts) > MOST_PARTS or unpacked > min(MOST_UNPACKED, MOST_RATIO * size) or packed > size:
        raise DangerousFile(what="it unpacks to far more than it is", what_zh="解压后异常庞大（压缩炸弹）")


def _harmless(package: ZipFile) -> None:
    for one in package.infolist():
        name = one.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or one.flag_bits & 1:
            raise DangerousFile(what="a part with such a path, or locked", what_zh="含有可疑路径或加密的部分")
        if name.lower().endswith("vbaproject.bin"):
            raise DangerousFile(what="macros", what_zh="含有宏")
        if name.lower().endswith((".xml", ".rels")):
            with package.open(one) as part:
                begun = part.read(PROLOGUE).replace(b"\0", b"")  # UTF-16 reads alike
            if b"<!DOCTYPE" in begun or b"<!ENTITY" in begun:
                raise DangerousFile(what="a document type in XML", what_zh="XML 中含有外部实体声明")


def _picture(format: str) -> Callable[[bytes], bytes]:
    return lambda data: pictures.redrawn(data, format)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES: Mapping[str, tuple[str, Callable[[bytes], bytes]]] = {
    "pdf": ("application/pdf", _pdf),
    "png": ("image/png", _picture("PNG")),
    "jpg": ("image/jpeg", _picture("JPEG")),
    "jpeg": ("image/jpeg", _picture("JPEG")),
    "webp": ("image/webp", _picture("WEBP")),
    "docx": (f"{_OFFICE}.wordprocessingml.document", _package("word/document.xml")),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", _package("xl/workbook.xml")),
    "pptx": (f"{_OFFICE}.presentationml.presentation", _package("ppt/presentation.xml")),
    "ofd": ("application/ofd", _package("OFD.xml")),
    "csv": ("text/csv", _text),
    "txt": ("text/plain", _text),
    "dxf": ("image/vnd.dxf", _dxf),
}
MEDIA_TYPES = tuple(sorted({media_type for media_type, _judge in _TYPES.values()}))
