"""Fences as areas on the ground."""

from sqlalchemy.orm import Session

from civicwatt_cloud.kit import geo
from civicwatt_cloud.kit.geo import Area, Point, System
from civicwatt_cloud.modules.fleet.choices import FenceShape
from civicwatt_cloud.modules.fleet.errors import BadFence, BadTerminal
from civicwatt_cloud.modules.fleet.models import Fence, Vehicle

MOST_PLACES = 500
WIDEST_M = 500_000


def area_of(fence: Fence) -> Area:
    """The area that a fence draws. Errors: BadFence."""
    system = System(fence.system or System.WGS84)  # a new row takes its default later
    places = [geo.converted(one, system, System.WGS84) for one in _places(fence.places)]
    width_m = fence.width_m or 0
    if width_m > WIDEST_M:
        raise BadFence(detail=f"{width_m} m", detail_zh=f"{width_m} m 过大")
    try:
        if fence.shape == FenceShape.CIRCLE and len(places) == 1 and width_m:
            return geo.circle(places[0], width_m)
        if fence.shape == FenceShape.CORRIDOR and len(places) > 1 and width_m:
            return geo.corridor(places, width_m)
        if fence.shape == FenceShape.POLYGON and len(places) > 2:
            return geo.polygon(places)
    except ValueError as error:
        raise BadFence(detail=error, detail_zh="边线相交或不围成面积") from error
    raise BadFence(
        detail=f"{len(places)} places for a {fence.shape}", detail_zh=f"点数（{len(places)}）或宽度与形状不符"
    )


def check_fence(_session: Session, fence: Fence) -> None:
    """The coordinates make an area. Errors: BadFence."""
    area_of(fence)


def check_vehicle(_session: Session, vehicle: Vehicle) -> None:
    """The terminal's number is kept without leading zeros, with which a terminal fills it up.

    Errors: BadTerminal.
    """
    if vehicle.terminal_phone is None:
        return
    kept = phone_of(vehicle.terminal_phone)
    if not (kept.isascii() and kept.isdecimal()) or len(kept) > 20:
        raise BadTerminal(phone=vehicle.terminal_phone)
    vehicle.terminal_phone = kept


def phone_of(text: str) -> str:
    """A terminal's number as it is kept."""
    return text.strip().lstrip("0")


def _places(text: str) -> list[Point]:
    pairs = text.replace("，", ",").replace("；", " ").replace(";", " ").split()
    if len(pairs) > MOST_PLACES:
        raise BadFence(detail=f"{len(pairs)} places", detail_zh=f"{len(pairs)} 个点过多")
    return [_place(pair) for pair in pairs]


def _place(pair: str) -> Point:
    try:
        longitude, latitude = (float(part) for part in pair.split(","))
    except ValueError:
        raise BadFence(detail=pair, detail_zh=pair) from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # NaN is neither
        raise BadFence(detail=pair, detail_zh=pair)
    return Point(latitude, longitude)
