"""A building with a bus of each protocol, for tests: four meters each, the one on unit 3 never answers."""

from datetime import date

from civicwatt_sim.scenario import (
    Building,
    BusProtocol,
    City,
    Dated,
    EndUse,
    Institution,
    InstitutionKind,
    Meter,
)

DAY = date(2026, 1, 1)
DEAD = 3

# protocol → the templates on its bus, on units 1, 2, 3 …
BUSES = {
    BusProtocol.MODBUS_TCP: (
        "acrel/adw300",
        "schneider/iem3000",
        "eastron/sdm630",
        "simulated/water_counter",
    ),
    BusProtocol.MODBUS_RTU: (
        "acrel/adw300",
        "schneider/iem3000",
        "eastron/sdm630",
        "simulated/water_counter",
    ),
    BusProtocol.DLT645: (
        "dlt645/single_phase",
        "dlt645/three_phase",
        "dlt645/three_phase",
        "dlt645/single_phase",
    ),
    BusProtocol.CJT188: (
        "cjt188/cold_water",
        "cjt188/hot_water",
        "cjt188/cold_water",
        "cjt188/reclaimed_water",
    ),
}


def line_city() -> City:
    """The city of that building."""
    meters = tuple(
        Meter(
            device=f"{protocol}-{unit}",
            name=f"{unit} 号表",
            gateway="gw-01",
            bus=bus,
            unit=unit,
            template=template,
            protocol=protocol,
            end_use=EndUse.WATER if "water" in template else EndUse.POWER,
            rated_kw=12.0,
            rated_m3h=3.0,
            answers=unit != DEAD,
        )
        for bus, (protocol, templates) in enumerate(BUSES.items())
        for unit, template in enumerate(templates, start=1)
    )
    building = Building(code="B1", name="主楼", areas=(Dated(DAY, 5_000, "房产证"),), meters=meters)
    institution = Institution(
        code="JX01",
        name="荆襄市财政局",
        kind=InstitutionKind.GOVERNMENT,
        level="市级",
        heads=(),
        buildings=(building,),
    )
    return City(seed=7, name="荆襄市", division="429900", installed=DAY, institutions=(institution,))
