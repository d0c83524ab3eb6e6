"""The energy pages on PostgreSQL: every answer is the one that SQLite gives."""

from typing import Any

DAYS = "from=2026-02-27&to=2026-03-03"
PATHS = (
    "overview?period=2026",
    "overview?period=2026-02",
    "live",
    "health",
    "gateways",
    "institutions/{A}?period=2026",
    "institutions/{B}?period=2026-02",
    "institutions/{A}/load?from=2026-03-01&to=2026-03-04&step=hour",
    "institutions/{A}/load?from=2026-01-01&to=2026-03-04&step=day",
    "institutions/{A}/load?from=2026-01-01&to=2026-04-01&step=month",
    "institutions/{A}/figures/electricity?period=2026",
    "institutions/{A}/figures/energy_per_capita?period=2026-02",
    "figures/energy_per_area?period=2026",
    "points/{A-L}/readings?date=2026-03-01",
    "curves?from=2026-03-02&to=2026-03-03&institution={A}&by=end_use",
    f"reports/consumption?{DAYS}&step=hour&group_by=end_use&carrier=electricity",
    f"reports/consumption?{DAYS}&step=day&group_by=institution&carrier=electricity",
    "reports/consumption?from=2026-01-01&to=2026-03-01&step=month&group_by=region&carrier=water",
    "comparisons/consumption?period=2026-02&carrier=electricity&group_by=end_use",
    "rankings?period=2026&figure=energy_per_area",
)


async def test_every_answer_is_the_same(cities: list[Any]) -> None:
    one, other = cities
    assert (one.points, one.institutions) == (other.points, other.institutions)
    for city in cities:
        city.write("A-L", [5000.0, 5001.5, 5003.0], [9e4, 9e4 + 1, 9e4 + 7])  # a gap, and a late reading
    for number in (2**31, 2**63, 2**64):  # beyond a column: no fault of the server
        for city in cities:
            assert (await city.client.get(f"/api/v1/institutions/{number}")).status_code in {404, 422}
    told = [{path: await _told(city, path) for path in PATHS} for city in cities]
    assert told[0] == told[1]
    assert {path: told[0][path][0] for path in PATHS if told[0][path][0] != 200} == {}


async def _told(city: Any, path: str) -> tuple[int, object]:
    for name, number in {**city.points, **city.institutions}.items():
        path = path.replace(f"{{{name}}}", str(number))
    answer = await city.client.get(f"/api/v1/{path}")
    return answer.status_code, answer.json()
