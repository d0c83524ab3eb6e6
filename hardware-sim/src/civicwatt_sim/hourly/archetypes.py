"""What kinds of buildings there are. Simulation assumptions, no survey."""

from collections.abc import Mapping
from dataclasses import dataclass

Curve = tuple[tuple[float, float], ...]  # (hour, share of the people present), straight lines between
Span = tuple[float, float]  # drawn evenly between the two


@dataclass(frozen=True, slots=True)
class Archetype:
    """How a kind of building uses energy; spans are drawn for each meter."""

    worked: Curve
    free: Curve
    base: Span  # share of the load that runs on at night
    cooling: Span = (0.0, 0.6)  # load at the hottest hour, in loads of a full building
    heating: Span = (0.0, 0.3)
    noise: Span = (0.02, 0.10)  # of the load, slow and quick together
    level: Span = (20.0, 400.0)  # load of the full building [kWh/h]
    resolution: tuple[float, ...] = (0.01, 0.1, 0.25, 1.0)
    saturday: float = 0.0  # share of a working day on Saturdays
    vacations: tuple[tuple[int, int], ...] = ()  # days of the year from, to
    plant_only: bool = False  # no people's load: runs with the weather only
    pv: Span = (0.0, 0.0)  # rating of a plant behind the meter, in loads of a full building
    exports: bool = False  # the meter shows what goes back to the grid as negative
    evening_light: float = 0.08


_IDLE: Curve = ((0, 0.0), (9, 0.02), (11, 0.06), (16, 0.06), (19, 0.02), (24, 0.0))
_OFFICE: Curve = (
    (0, 0.0), (6.5, 0.02), (8.5, 0.9), (11.5, 1.0), (12.5, 0.7), (14, 0.97), (17, 0.93), (19, 0.3),
    (22, 0.05), (24, 0.0),
)  # fmt: skip
_SCHOOL: Curve = ((0, 0.0), (6, 0.05), (8, 0.95), (12, 1.0), (15, 0.95), (16.5, 0.5), (21, 0.1), (24, 0.0))
_HOSPITAL: Curve = ((0, 0.3), (5.5, 0.35), (8.5, 0.9), (11, 1.0), (14, 0.95), (18, 0.6), (22, 0.4), (24, 0.3))
_WARD: Curve = ((0, 0.3), (6, 0.35), (10, 0.72), (14, 0.7), (19, 0.5), (24, 0.3))
_LIBRARY: Curve = ((0, 0.02), (7.5, 0.05), (9, 0.7), (14, 1.0), (18, 0.9), (22, 0.8), (23, 0.1), (24, 0.02))
_LIBRARY_OFF: Curve = ((0, 0.02), (9, 0.05), (10, 0.6), (16, 0.8), (18, 0.3), (20, 0.05), (24, 0.02))
_DORMITORY: Curve = (
    (0, 0.7), (2, 0.4), (6, 0.35), (7.5, 0.8), (9, 0.45), (12, 0.6), (15, 0.45), (18, 0.9), (22, 1.0),
    (24, 0.7),
)  # fmt: skip
_DORMITORY_OFF: Curve = (
    (0, 0.75),
    (3, 0.4),
    (8, 0.4),
    (11, 0.75),
    (15, 0.65),
    (19, 0.9),
    (22, 1.0),
    (24, 0.75),
)
_THEATRE: Curve = ((0, 0.05), (2, 0.0), (10, 0.1), (13, 0.25), (17, 0.4), (19, 1.0), (22, 0.95), (24, 0.05))
_THEATRE_OFF: Curve = ((0, 0.1), (2, 0.0), (10, 0.3), (14, 0.9), (17, 0.7), (19, 1.0), (22.5, 1.0), (24, 0.1))
_FLAT: Curve = ((0, 0.97), (8, 1.0), (18, 1.0), (24, 0.97))
_WATER: Curve = (
    (0, 0.0), (6, 0.02), (7.5, 0.9), (9, 0.7), (12, 1.0), (14, 0.6), (17, 0.6), (19, 0.15), (24, 0.0),
)  # fmt: skip

ARCHETYPES: Mapping[str, Archetype] = {
    "office": Archetype(_OFFICE, _IDLE, base=(0.12, 0.5), cooling=(0.1, 0.8), heating=(0.0, 0.5)),
    "school": Archetype(
        _SCHOOL, _IDLE, base=(0.1, 0.4), vacations=((20, 51), (187, 242)), cooling=(0.0, 0.5),
        heating=(0, 0.4),
    ),
    "hospital": Archetype(_HOSPITAL, _WARD, base=(0.4, 0.8), noise=(0.015, 0.05), level=(200, 2000)),
    "library": Archetype(_LIBRARY, _LIBRARY_OFF, base=(0.15, 0.4), saturday=0.3, evening_light=0.2),
    "cooling_plant": Archetype(
        _OFFICE, _IDLE, base=(0.0, 0.03), cooling=(0.8, 1.2), heating=(0, 0), plant_only=True,
        noise=(0.05, 0.2),
    ),
    "small_meter": Archetype(
        _OFFICE, _IDLE, base=(0.1, 0.4), level=(2.0, 8.0), resolution=(1.0, 0.5), noise=(0.05, 0.2)
    ),
    "shop": Archetype(_LIBRARY, _LIBRARY, base=(0.15, 0.4), cooling=(0.1, 0.5), saturday=1.0),
    # nothing of the detector was set by looking at those below
    "dormitory": Archetype(
        _DORMITORY, _DORMITORY_OFF, base=(0.1, 0.3), saturday=1.0, vacations=((15, 48), (185, 240)),
        noise=(0.03, 0.12),
    ),
    "heating_plant": Archetype(
        _FLAT, _FLAT, base=(0.0, 0.05), cooling=(0, 0), heating=(0.8, 1.3), plant_only=True, noise=(0.05, 0.2)
    ),
    "pv_net": Archetype(_OFFICE, _IDLE, base=(0.15, 0.4), pv=(0.4, 1.2), exports=True),
    "water": Archetype(
        _WATER, _IDLE, base=(0.0, 0.1), level=(1.0, 12.0), resolution=(0.01, 0.1, 1.0), noise=(0.15, 0.4),
        cooling=(0, 0), heating=(0, 0), evening_light=0.0,
    ),
    "data_room": Archetype(_FLAT, _FLAT, base=(0.7, 0.9), cooling=(0.02, 0.15), heating=(0, 0),
        noise=(0.01, 0.03)),
    "theatre": Archetype(_THEATRE, _THEATRE_OFF, base=(0.1, 0.3), saturday=1.0, noise=(0.1, 0.25)),
}  # fmt: skip
HELD_OUT = ("dormitory", "heating_plant", "pv_net", "water", "data_room", "theatre")
