"""A building with some meters, rows of tables, and days of the books, for tests of what people enter."""

from collections.abc import Iterable

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.tables import Row
from civicwatt_cloud.timeseries.ledger.models import LedgerDay
from civicwatt_cloud.timeseries.points import Source, ensure_gateway, new_point

KWH = 1_000_000


def rows(sheet: str, titles: Iterable[str], *cells: tuple[str, ...]) -> list[Row]:
    titles = list(titles)
    letters = {title: chr(ord("A") + i) for i, title in enumerate(titles)}
    return [Row(n, dict(zip(titles, row, strict=True)), letters, sheet) for n, row in enumerate(cells, 2)]


def building_with_meters(db: Database) -> dict[str, int]:
    """Meters M-1 (the whole), M-2, M-3, W-1 (water), and the account 4201 for electricity."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        institution = Institution(code="I-1", name="单位", kind="venue", level="city", region_code="429900")
        session.add(institution)
        session.flush()
        building = Building(code="B-1", name="楼", institution_id=institution.id)
        session.add(building)
        ensure_gateway(session, "gw-01")
        session.flush()
        found = {}
        for device, end_use, carrier in (
            ("M-1", "total", "electricity"),
            ("M-2", "hvac", "electricity"),
            ("M-3", "power", "electricity"),
            ("W-1", "water", "water"),
            ("4201", "other", "electricity"),
        ):
            point = new_point("gw-01", device, "import_active_energy", "acrel/adw300")
            if device == "4201":
                point.gateway, point.source, point.measure = None, Source.BILL, "electricity"
            point.building_id, point.end_use, point.carrier = building.id, end_use, carrier
            point.is_consumption = True
            session.add(point)
            session.flush()
            found[device] = point.id
    return found


def book_day(db: Database, point: int, micro: int, covered_s: int = 86_400, day: int = 20260305) -> None:
    with db.session() as session:
        session.add(LedgerDay(point_id=point, day=day, micro=micro, covered_s=covered_s, quality=2))


def problems(report: ImportReport) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in report.problems]
