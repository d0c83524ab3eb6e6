"""What a plant should give under a sky, by pvlib; for a background job, not for a request.

pvlib brings pandas and scipy, so it is an extra of its own (`civicwatt[pv]`) and imported where it is used.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.analysis.pv.errors import PvlibMissing

HOUR_US = 3_600_000_000
# PVWatts' defaults. Source: A. P. Dobos, PVWatts Version 5 Manual, NREL/TP-6A20-62641 (2014)
LOSSES_PERCENT = 14.0757
INVERTER = 0.96
DC_OF_AC = 1.2
PER_K = -0.0047  # a standard crystalline module
AMBIENT_C = 20.0  # [engineering default] where no temperature is given; only the shape of a hint rests on it


@dataclass(frozen=True, slots=True)
class Plant:
    """What decides how much sun a plant takes in; azimuth 180 is south."""

    latitude: float
    longitude: float
    altitude_m: float
    tilt: float
    azimuth: float
    rated_kwp: float
    per_k: float = PER_K
    losses_percent: float = LOSSES_PERCENT


@dataclass(frozen=True, slots=True)
class Sky:
    """Irradiance of each hour [W/m²] and the air [°C], shape (hours,)."""

    global_horizontal: Numbers
    direct_normal: Numbers
    diffuse: Numbers
    air_c: Numbers | None = None
    wind_m_s: Numbers | None = None


def hours_us(first_us: int, hours: int) -> NDArray[np.int64]:
    """Starts of hours [UTC µs]."""
    return first_us + HOUR_US * np.arange(hours, dtype=np.int64)


def clear_sky(plant: Plant, first_us: int, hours: int) -> Sky:
    """A sky without clouds over the plant. Errors: PvlibMissing.

    Source: Ineichen and Perez 2002 with the monthly turbidity of SoDa, as pvlib has them.
    """
    pvlib, pandas = _pvlib()
    times = _middles(pandas, first_us, hours)
    site = pvlib.location.Location(plant.latitude, plant.longitude, altitude=plant.altitude_m)
    found = site.get_clearsky(times)
    return Sky(found["ghi"].to_numpy(), found["dni"].to_numpy(), found["dhi"].to_numpy())


def sky_of_global(plant: Plant, first_us: int, horizontal_w_m2: Numbers, air_c: Numbers | None = None) -> Sky:
    """A sky from its global irradiance alone, split by Erbs's model (1982). Errors: PvlibMissing."""
    pvlib, pandas = _pvlib()
    times = _middles(pandas, first_us, len(horizontal_w_m2))
    sun = pvlib.solarposition.get_solarposition(
        times, plant.latitude, plant.longitude, altitude=plant.altitude_m
    )
    parts = pvlib.irradiance.erbs(horizontal_w_m2, sun["zenith"].to_numpy(), times)
    return Sky(horizontal_w_m2, np.asarray(parts["dni"]), np.asarray(parts["dhi"]), air_c)


def plane_w_m2(plant: Plant, first_us: int, sky: Sky) -> Numbers:
    """Irradiance in the plane of the modules by hour [W/m²]. Errors: PvlibMissing.

    Source: Perez et al. 1990 for the diffuse part; modelled, for an expected yield: a performance ratio
    asks for a sensor in the plane.
    """
    pvlib, pandas = _pvlib()
    times = _middles(pandas, first_us, len(sky.global_horizontal))
    sun = pvlib.solarposition.get_solarposition(
        times, plant.latitude, plant.longitude, altitude=plant.altitude_m
    )
    extra = pvlib.irradiance.get_extra_radiation(times)
    mass = pvlib.atmosphere.get_relative_airmass(sun["apparent_zenith"])
    found = pvlib.irradiance.get_total_irradiance(
        plant.tilt, plant.azimuth, sun["apparent_zenith"], sun["azimuth"], sky.direct_normal,
        sky.global_horizontal, sky.diffuse, dni_extra=extra, airmass=mass, model="perez",
    )  # fmt: skip
    return np.asarray(found["poa_global"].fillna(0.0).to_numpy(), dtype=np.float64)


def yield_kwh(
    plant: Plant, plane: Numbers, air_c: Numbers | None = None, wind: Numbers | None = None
) -> Numbers:
    """What the plant should give in each hour [kWh] from the irradiance in its plane. Errors: PvlibMissing.

    Source: PVWatts (NREL/TP-6A20-62641) with the cell temperature of Sandia's open rack on glass and polymer.
    """
    pvlib, _ = _pvlib()
    air = np.full(len(plane), AMBIENT_C) if air_c is None else air_c
    rack = pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]["open_rack_glass_polymer"]
    cell = pvlib.temperature.sapm_cell(plane, air, 1.0 if wind is None else wind, **rack)
    direct = pvlib.pvsystem.pvwatts_dc(plane, cell, plant.rated_kwp, plant.per_k)
    direct = direct * (1.0 - plant.losses_percent / 100.0)
    limit = plant.rated_kwp / DC_OF_AC / INVERTER
    return np.asarray(pvlib.inverter.pvwatts(direct, limit, eta_inv_nom=INVERTER), dtype=np.float64)


def _middles(pandas: Any, first_us: int, hours: int) -> Any:
    """The sun is taken at the middle of each hour."""
    return pandas.DatetimeIndex((hours_us(first_us, hours) + HOUR_US // 2).astype("datetime64[us]"), tz="UTC")


def _pvlib() -> tuple[Any, Any]:
    try:
        import pandas  # noqa: PLC0415 - an extra, and slow to load
        import pvlib  # noqa: PLC0415
    except ImportError as error:
        raise PvlibMissing() from error
    return pvlib, pandas
