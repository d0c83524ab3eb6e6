"""The indicators of the use of vehicles: how much each institution shares, and how content its people are."""

from collections.abc import Callable

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import day_start_us
from civicwatt_cloud.kit.indicators.spec import Asked, Indicator, Item, Measured, Sum
from civicwatt_cloud.modules.fleet.entities import READERS
from civicwatt_cloud.modules.fleet.use.models import VehicleRequest
from civicwatt_cloud.modules.fleet.use.rental_models import RentalSession


def _shared(part: Callable[[RentalSession], int]) -> Callable[[Asked], Measured]:
    """What the sessions that ended in the period add up to."""

    def measure(asked: Asked) -> Measured:
        query = select(RentalSession).where(
            RentalSession.owner_id.in_(asked.owners),
            RentalSession.ended_us >= day_start_us(asked.period.start, asked.zone),
            RentalSession.ended_us < day_start_us(asked.period.end, asked.zone),
            RentalSession.removed_us.is_(None),
        )
        rows = asked.session.scalars(query.order_by(RentalSession.id))
        return Measured([Item(one.owner_id, "rental_session", one.id, part(one)) for one in rows])

    return measure


def satisfaction(asked: Asked) -> Measured:
    """The mean rating, 1 to 5, of the requests whose vehicles came back in the period."""
    query = select(VehicleRequest).where(
        VehicleRequest.owner_id.in_(asked.owners),
        VehicleRequest.returned_us >= day_start_us(asked.period.start, asked.zone),
        VehicleRequest.returned_us < day_start_us(asked.period.end, asked.zone),
        VehicleRequest.removed_us.is_(None),
    )
    return Measured([_rated(one) for one in asked.session.scalars(query.order_by(VehicleRequest.id))])


def _rated(one: VehicleRequest) -> Item:
    if one.score is None:
        return Item(one.owner_id, "vehicle_request", one.id, missing_zh="未评价", missing="not rated")
    return Item(one.owner_id, "vehicle_request", one.id, one.score, 1)


INDICATORS = (
    Indicator(
        "fleet.rental_sessions",
        "分时租赁次数",
        "rental sessions",
        "次",
        0,
        READERS,
        _shared(lambda one: 1),
        is_ratio=False,
        over=Sum("租赁", "sessions", "次"),
    ),
    Indicator(
        "fleet.rental_distance",
        "分时租赁里程",
        "distance of rental sessions",
        "km",
        1,
        READERS,
        _shared(lambda one: one.distance_m),
        is_ratio=False,
        factor="0.001",
        over=Sum("租赁里程", "distance", "km", "0.001"),
    ),
    Indicator(
        "fleet.rental_energy",
        "分时租赁充电量",
        "energy charged in rental sessions",
        "kWh",
        1,
        READERS,
        _shared(lambda one: one.energy_wh),
        is_ratio=False,
        factor="0.001",
        over=Sum("充电量", "energy", "kWh", "0.001"),
    ),
    Indicator(
        "fleet.satisfaction",
        "用车满意度",
        "satisfaction with vehicles",
        "分",
        2,
        READERS,
        satisfaction,
        is_better_high=True,
        over=Sum("评分合计", "points in all", "分"),
        under=Sum("已评价用车", "rated requests", "次"),
    ),
)
