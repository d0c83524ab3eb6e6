"""The tree as a workbook: each institution with its posts beside the people who are there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.directory import Institution, Level, Region
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.people import Person, PersonState
from civicwatt_cloud.kit.records.api import reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Report
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.table_files import Cell, Format, write_table
from civicwatt_cloud.kit.workbooks.api import TABLE, table_file
from civicwatt_cloud.modules.org.entities import EVERYONE
from civicwatt_cloud.modules.org.models import OrganKind, Profile

router = APIRouter(prefix="/api/v1/org", tags=["机构人员"], responses=PROBLEMS)

TITLES = (
    "单位编码",
    "单位名称",
    "上级单位编码",
    "区划",
    "级别",
    "机构性质",
    "系统",
    "行政编制",
    "事业编制",
    "工勤编制",
    "编制合计",
    "实有人数",
    "空编",
    "超编",
    "成立日期",
    "重点用能单位",
)
REPORTS = (Report("establishment/export", "机构树与编制实有", "tree, posts and people", EVERYONE),)


@router.get(
    "/establishment/export", operation_id="export_org_establishment", summary="机构树与编制实有", **TABLE
)
def establishment(
    request: Request, actor: Annotated[Actor, Depends(Requires(EVERYONE))], format: Format = "xlsx"
) -> StreamingResponse:
    """One row an institution, in the order of the tree; without posts nothing is vacant or too many."""

    def write(path: Path) -> None:
        with reading(request, actor) as context:
            write_table(path, TITLES, rows(context))

    return table_file(f"机构树与编制实有.{format}", write)


def rows(context: Context) -> Iterator[list[Cell]]:
    """The institutions in scope."""
    parent = aliased(Institution)
    present = (
        select(func.count())
        .where(
            Person.owner_id == Institution.id,
            Person.state == PersonState.ACTIVE,
            Person.removed_us.is_(None),
        )
        .correlate(Institution)
        .scalar_subquery()
    )
    query = (
        select(Institution, parent.code, Region.name, Profile, present)
        .join(Region, Region.code == Institution.region_code)
        .outerjoin(parent, parent.id == Institution.parent_id)
        .outerjoin(Profile, (Profile.owner_id == Institution.id) & Profile.removed_us.is_(None))
        .where(scope_of(context.actor, EVERYONE).visible())
        .order_by(Institution.path)
    )
    for unit, above, region, profile, heads in context.session.execute(query):
        told = [unit.code, unit.name, above, region, Level(unit.level).zh]
        yield [*told, *_organ(profile), *_posts(profile, heads), *_dates(profile)]


def _organ(profile: Profile | None) -> list[Cell]:
    return [OrganKind(profile.organ_kind).zh, profile.system] if profile else [None, None]


def _posts(profile: Profile | None, heads: int) -> list[Cell]:
    kinds = (
        [profile.staff_administrative, profile.staff_institution, profile.staff_support]
        if profile
        else [None] * 3
    )
    known = [one for one in kinds if one is not None]
    if not known:
        return [*kinds, None, heads, None, None]
    total = sum(known)
    return [*kinds, total, heads, max(0, total - heads), max(0, heads - total)]


def _dates(profile: Profile | None) -> list[Cell]:
    if profile is None:
        return [None, None]
    founded = profile.founded_on.isoformat() if profile.founded_on else None
    return [founded, "是" if profile.is_key_energy_unit else "否"]
