"""Regions, institutions, buildings, and the dated denominators their figures are divided by."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from urllib.parse import quote

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.db import Base

EVERYWHERE = "000000"  # the region above all others; its prefix is empty


class InstitutionKind(StrEnum):
    """What kind of public institution it is."""

    GOVERNMENT = "government"
    EDUCATION = "education"
    MEDICAL = "medical"
    VENUE = "venue"
    OTHER = "other"

    @property
    def zh(self) -> str:
        """Title in Chinese, as in the directory."""
        return {
            "government": "党政机关",
            "education": "教育",
            "medical": "医疗",
            "venue": "场馆",
            "other": "其他",
        }[self]


class Level(StrEnum):
    """The administrative level an institution belongs to."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"

    @property
    def rank(self) -> int:
        """0 for the nation; the higher the number, the smaller the place."""
        return list(Level).index(self)

    @property
    def zh(self) -> str:
        """Title in Chinese, as in the directory."""
        return {"nation": "国家级", "province": "省级", "city": "市级", "county": "县级", "township": "乡级"}[
            self
        ]


class DenominatorKind(StrEnum):
    """What is counted: persons at an institution, or 0.01 m² of a building."""

    HEAD_COUNT = "head_count"
    FLOOR_AREA = "floor_area"


class Region(Base):
    """An administrative division; the tree lies in its six-digit code (province, city, county)."""

    __tablename__ = "region"
    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str]


def _path(context: DefaultExecutionContext) -> str:
    """Right below the region; kit.organisation moves an institution below another."""
    said = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return below(region_prefix(said["region_code"]), said["code"])


class Institution(Base):
    """A public institution, and so a node of the organisation tree: it owns records and uses energy.

    `path` is the one thing that scope is decided by: the region's prefix, then the codes from the root to
    this institution, as `4299/11420100/`. All below a node have paths that begin with the node's.
    """

    __tablename__ = "institution"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    level: Mapped[str]
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    path: Mapped[str] = mapped_column(String(400), index=True, default=_path)


class Building(Base):
    """A building of one institution."""

    __tablename__ = "building"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)


class Denominator(Base):
    """A head count or floor area, valid from a day until the day before `valid_to` (open when None).

    `subject_id` is an institution's id for a head count and a building's id for a floor area [0.01 m²].
    """

    __tablename__ = "denominator"
    __table_args__ = (Index("denominator_subject", "kind", "subject_id", "valid_from", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[int]
    value: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]


def region_prefix(code: str) -> str:
    """The part of a division code that all places below it share: 420000 → 42, 429900 → 4299."""
    return code[:2].replace("00", "") if code.endswith("0000") else code.removesuffix("00")


def below(node: str, code: str) -> str:
    """The path of an institution right below a node; a code may hold any character."""
    return f"{node.removesuffix('/')}/{quote(code, safe='')}/"


def region_of(node: str) -> str:
    """The code of the region that a node is, or lies in: `4299/11420100/` is in 429900."""
    return node.partition("/")[0].ljust(6, "0")


def level_of(code: str) -> Level:
    """The level of a division: 000000 nation, 420000 province, 429900 city, 429901 county."""
    return (Level.NATION, Level.PROVINCE, Level.CITY, Level.COUNTY)[len(region_prefix(code)) // 2]


def define_region(session: Session, code: str, name: str) -> Region:
    """The region's row, made or renamed."""
    region = session.get(Region, code)
    if region is None:
        region = Region(code=code, name=name)
        session.add(region)
        session.flush()
    elif name not in {"", code, region.name}:
        region.name = name
    return region


def top_region(session: Session) -> Region:
    """The one region that all others lie in; where there is none, everywhere."""
    codes = sorted(session.scalars(select(Region.code).where(Region.code != EVERYWHERE)), key=region_prefix)
    if codes and all(code.startswith(region_prefix(codes[0])) for code in codes):
        return session.get_one(Region, codes[0])
    return define_region(session, EVERYWHERE, "全部地区")


def end_at_successor(rows: Iterable[Denominator]) -> None:
    """Give each row of one subject and kind the start of the next as its end; the last stays open."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    for row, successor in zip(ordered, [*ordered[1:], None], strict=True):
        end = successor.valid_from if successor else None
        if row.valid_to != end:
            row.valid_to = end
