"""Every workbook that a manifest offers is a route, open to whom it is offered."""

import pytest

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.records.entity import Report
from civicwatt_cloud.modules.catalogue import MODULES

OFFERED = [
    *((f"/api/v1/{module.key}/{one.path}", one) for module in MODULES for one in module.reports),
    *(
        (f"/api/v1/{module.key}/{entity.path}/{{record_id}}/{one.path}", one)
        for module in MODULES
        for entity in module.entities
        for one in entity.reports
    ),
]


ROUTES = {
    route.path: route  # type: ignore[attr-defined]
    for module in MODULES
    for router in module.routers
    for route in router.routes
}


@pytest.mark.parametrize(("path", "report"), OFFERED, ids=[path for path, _ in OFFERED])
def test_a_report_is_a_route_that_asks_for_what_its_manifest_says(path: str, report: Report) -> None:
    takes = ROUTES[path].dependant  # type: ignore[attr-defined]
    asked = {one.name for one in takes.query_params}
    (guard,) = (one.call for one in takes.dependencies if isinstance(one.call, Requires))
    assert "format" in asked
    assert ("year" in asked) is report.asks_year
    assert report.read <= guard.roles
