"""The daily upload: `<centre><YYYYMMDD>` with Build.xml and Energy.xml, zipped.

Source: 软件开发指导说明书 (2009-02), 附录2: names of the folder and files, UTF-8, zip. Elements are called
like the fields of public systems; compare them with the receiving centre's schema before the first upload.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, day_start_us
from civicwatt_cloud.kit.directory import Building, Denominator, DenominatorKind, Institution
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.returns.account_models import MonitoredBuilding
from civicwatt_cloud.modules.returns.choices import BuildingClass
from civicwatt_cloud.modules.returns.errors import NumberTaken
from civicwatt_cloud.modules.returns.monitoring.codes import BuildingCode
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.ledger.models import LedgerHour
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.quantity import format_micro

FIRST_YEAR = (1980, 1, 1, 0, 0, 0)  # of a zip: the same package has the same bytes whenever it is made
LOCAL = "%Y-%m-%d %H:%M:%S"


class Monitored(NamedTuple):
    """A building as the centre knows it."""

    code: BuildingCode
    building_id: int
    name: str
    institution: str
    area_centi: int | None  # 0.01 m²


class Hour(NamedTuple):
    """What was used for an end use in an hour [micro]."""

    code: BuildingCode
    use: EndUse
    start_us: int
    micro: int


def buildings(session: Session, scope: Scope, day: date) -> list[Monitored]:
    """The monitored buildings of a scope. Errors: NumberTaken, where two have the same code."""
    area = (
        select(Denominator.value)
        .where(Denominator.kind == DenominatorKind.FLOOR_AREA, Denominator.subject_id == Building.id)
        .where(Denominator.valid_from <= day)
        .order_by(Denominator.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(MonitoredBuilding, Building.name, Institution, area)
        .join(Building, Building.id == MonitoredBuilding.building_id)
        .join(Institution, Institution.id == MonitoredBuilding.owner_id)
        .where(scope.visible(), MonitoredBuilding.removed_us.is_(None))
        .order_by(Institution.region_code, MonitoredBuilding.building_class, MonitoredBuilding.number)
    )
    found: list[Monitored] = []
    for row, name, owner, centi in session.execute(query):
        code = BuildingCode(owner.region_code, BuildingClass(row.building_class), row.number)
        if found and found[-1].code == code:
            raise NumberTaken(str(code), number=row.number)
        found.append(Monitored(code, row.building_id, name, owner.name, centi))
    return found


def hours(session: Session, known: Sequence[Monitored], day: date, zone: ZoneInfo) -> list[Hour]:
    """What each of them used in the hours of a business day, added up by end use."""
    code_of = {one.building_id: one.code for one in known}
    first = day_start_us(day, zone) // HOUR_US
    last = day_start_us(day + timedelta(days=1), zone) // HOUR_US
    query = (
        select(Point.building_id, Point.end_use, LedgerHour.hour, LedgerHour.micro)
        .join(LedgerHour, LedgerHour.point_id == Point.id)
        .where(Point.building_id.in_(list(code_of)), Point.end_use.is_not(None), Point.is_consumption)
        .where(LedgerHour.hour >= first, LedgerHour.hour < last)
    )
    sums: dict[tuple[BuildingCode, EndUse, int], int] = {}
    for building, use, hour, micro in session.execute(query):
        key = (code_of[int(building or 0)], EndUse(str(use)), int(hour))
        sums[key] = sums.get(key, 0) + micro
    ordered = sorted(sums.items(), key=lambda one: (str(one[0][0]), one[0][2], one[0][1].value))
    return [Hour(code, use, hour * HOUR_US, micro) for (code, use, hour), micro in ordered]


def package(
    centre: str, day: date, known: Sequence[Monitored], used: Sequence[Hour], zone: ZoneInfo
) -> bytes:
    """The zip of a day."""
    name = f"{centre}{day:%Y%m%d}"
    parts = {"Build": _builds(centre, day, known), "Energy": _energies(centre, day, used, zone)}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for kind, root in parts.items():
            Xml.indent(root)
            text = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
            file.writestr(zipfile.ZipInfo(f"{name}/{name}{kind}.xml", FIRST_YEAR), text, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def _root(centre: str, day: date) -> Xml.Element:
    root = Xml.Element("root")
    common = Xml.SubElement(root, "common")
    Xml.SubElement(common, "F_DataCenterID").text = centre
    Xml.SubElement(common, "F_Date").text = day.isoformat()
    return root


def _builds(centre: str, day: date, known: Sequence[Monitored]) -> Xml.Element:
    root = _root(centre, day)
    for one in known:
        row = Xml.SubElement(root, "build")
        Xml.SubElement(row, "F_BuildID").text = str(one.code)
        Xml.SubElement(row, "F_BuildName").text = f"{one.institution} {one.name}"
        Xml.SubElement(row, "F_BuildFunc").text = one.code.building_class.value
        Xml.SubElement(row, "F_DistrictCode").text = one.code.division
        if one.area_centi is not None:
            Xml.SubElement(row, "F_TotalArea").text = f"{one.area_centi / 100:.2f}"
    return root


def _energies(centre: str, day: date, used: Sequence[Hour], zone: ZoneInfo) -> Xml.Element:
    root = _root(centre, day)
    for one in used:
        row = Xml.SubElement(root, "energy")
        Xml.SubElement(row, "F_BuildID").text = str(one.code)
        Xml.SubElement(row, "F_EnergyItemCode").text = one.code.energy(one.use)[10:]
        start = datetime.fromtimestamp(one.start_us // SECOND_US, zone)
        Xml.SubElement(row, "F_StartHour").text = start.strftime(LOCAL)
        Xml.SubElement(row, "F_EndHour").text = (start + timedelta(hours=1)).strftime(LOCAL)
        Xml.SubElement(row, "F_HourValue").text = format_micro(one.micro)
    return root
