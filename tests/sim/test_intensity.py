import pytest

from civicwatt_sim.scenario import EndUse, InstitutionKind

MICRO = 1_000_000
# kWh/m² a year; the averages of Guangdong 2021 (kgce/m² at 0.1229) are 90, 27, 129 and 80
ELECTRICITY = {
    InstitutionKind.GOVERNMENT: (60, 130),
    InstitutionKind.EDUCATION: (20, 40),
    InstitutionKind.MEDICAL: (100, 160),
    InstitutionKind.VENUE: (60, 110),
}
# m³ a head and year; the averages there are 39 to 70, 43, 56 and 11
WATER = {
    InstitutionKind.GOVERNMENT: (30, 70),
    InstitutionKind.EDUCATION: (20, 55),
    InstitutionKind.MEDICAL: (35, 70),
    InstitutionKind.VENUE: (5, 20),
}
USED = {EndUse.LIGHTING, EndUse.HVAC, EndUse.POWER, EndUse.SPECIAL}


@pytest.fixture(scope="module")
def year(city, meters, us):
    return {device: meter.increments(us(2025, 11, 1), us(2026, 11, 1)) for device, meter in meters.items()}


def test_institutions_use_what_their_kind_uses(city, year):
    for institution in city.institutions:
        rows = [meter for place, _, meter in city.meters() if place is institution]
        area = sum(building.areas[-1].value for building in institution.buildings)
        electricity = sum(int(year[m.device].sum()) for m in rows if m.end_use in USED) / MICRO / area
        low, high = ELECTRICITY[institution.kind]
        assert low < electricity < high, (institution.name, electricity)
        for head in institution.heads[-1:]:
            water = (
                sum(int(year[m.device].sum()) for m in rows if m.end_use is EndUse.WATER) / MICRO / head.value
            )
            low, high = WATER[institution.kind]
            assert low < water < high, (institution.name, water)


def test_pv_yields_what_the_sun_of_hubei_gives(city, year):
    for _, _, meter in city.meters():
        if meter.end_use is EndUse.PV:
            assert 800 < int(year[meter.device].sum()) / MICRO / meter.rated_kw < 1100


def test_no_branch_exceeds_its_rating_by_more_than_the_check_allows(city, year):
    for _, _, meter in city.meters():
        if meter.end_use is not EndUse.WATER:
            assert int(year[meter.device].max()) * 4 / MICRO < 1.3 * meter.rated_kw
        assert int(year[meter.device].min()) >= 0


def test_an_office_sleeps_on_holidays_and_cools_in_summer(meters, us):
    def energy(device, *days):
        return sum(int(meters[device].increments(us(*day), us(*day) + 86_400_000_000).sum()) for day in days)

    assert energy("M-0201-1", (2026, 10, 1)) < 0.35 * energy("M-0201-1", (2026, 10, 10))
    july = [(2026, 7, day) for day in range(13, 18)]
    october = [(2026, 10, day) for day in range(19, 24)]
    assert energy("M-0201-2", *july) > 2 * energy("M-0201-2", *october)


def test_an_extension_uses_more_from_its_day_on(city, meters, us):
    [(building, areas)] = [(b, b.areas) for i in city.institutions for b in i.buildings if len(b.areas) > 1]
    lighting = meters[building.meters[0].device]
    june, september = (
        int(lighting.increments(us(2026, month, 1), us(2026, month + 1, 1)).sum()) for month in (6, 9)
    )
    assert 1.02 < september / june < 1.4
    assert areas[1].value / areas[0].value == pytest.approx(1.15, abs=0.01)
