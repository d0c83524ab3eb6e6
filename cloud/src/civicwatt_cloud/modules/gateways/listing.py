"""The gateways of a region: who is there, since when not, how many of their devices answer."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import DAY_US, MINUTE_US, SECOND_US, iso
from civicwatt_cloud.kit.directory import Building, Region
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.gateways.field_schemas import GatewayList, GatewayRow
from civicwatt_cloud.modules.gateways.models import GatewayCertificate
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore

ANSWERING_US = 5 * MINUTE_US  # a device whose newest value is no older [engineering default]


def listing(session: Session, store: ReadingsStore, scope: Scope, zone: ZoneInfo, now_us: int) -> GatewayList:
    """The gateways that report under the scope's region, or whose meters hang in its buildings."""
    gateways = _visible(session, scope)
    names = dict(session.execute(select(Region.code, Region.name)).all())
    expiries = _expiries(session)
    devices = _devices(session, store, [gateway.id for gateway in gateways])

    def row(gateway: Gateway) -> GatewayRow:
        expires_us, answers = expiries.get(gateway.id), devices[gateway.id].values()
        slot_us, seen_us = gateway.last_slot_us, gateway.last_seen_us
        return GatewayRow(
            id=gateway.id,
            division=gateway.division,
            region=names.get((gateway.division or "")[:6]),
            online=gateway.online,
            last_seen_at=None if seen_us is None else iso(seen_us, zone),
            ack_lag_s=None if slot_us is None else max(0, now_us - slot_us) // SECOND_US,
            certificate_expires_at=None if expires_us is None else iso(expires_us, zone),
            certificate_days=None if expires_us is None else (expires_us - real_now_us()) // DAY_US,
            devices=len(answers),
            devices_answering=sum(newest_us >= now_us - ANSWERING_US for newest_us in answers),
        )

    return GatewayList(at=iso(now_us, zone), gateways=[row(gateway) for gateway in gateways])


def _visible(session: Session, scope: Scope) -> list[Gateway]:
    if not scope.nodes:
        return []
    with_meters = (
        select(Point.gateway)
        .join(Building, Building.id == Point.building_id)
        .where(Point.gateway.is_not(None), Building.institution_id.in_(scope.institution_ids()))
    )
    own = or_(*(Gateway.division.startswith(node) for node in scope.nodes))
    return list(
        session.scalars(select(Gateway).where(or_(own, Gateway.id.in_(with_meters))).order_by(Gateway.id))
    )


def _expiries(session: Session) -> dict[str, int]:
    """When the last valid certificate of each gateway ends."""
    certificate = GatewayCertificate
    rows = session.execute(
        select(certificate.gateway, func.max(certificate.expires_us))
        .where(certificate.revoked_us.is_(None))
        .group_by(certificate.gateway)
    )
    return dict(rows.all())


def _devices(session: Session, store: ReadingsStore, gateways: list[str]) -> dict[str, dict[str, int]]:
    """By gateway and device: the time of the newest value, -1 where there is none."""
    rows = session.execute(
        select(Point.id, Gateway.id, Point.device)
        .join(Gateway, Gateway.id == Point.gateway)
        .where(Gateway.id.in_(gateways))
    ).all()
    latest = store.latest([point for point, _, _ in rows])
    newest = dict(zip(latest.point.tolist(), latest.value_ts_us.tolist(), strict=True))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for point, gateway, device in rows:
        found[gateway][device] = max(found[gateway].get(device, -1), newest.get(point, -1))
    return found
