"""Whether the gateways' readings arrive."""

from civicwatt_cloud.kit.business_time import SECOND_US, iso
from civicwatt_cloud.modules.energy import repository
from civicwatt_cloud.modules.energy.schemas import GatewayHealth, Health, StoreHealth
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_cloud.timeseries.points import Gateway


def health(view: View, *, is_broker_connected: bool) -> Health:
    """Gateways, quarantine and store; the same for every role, as it holds no consumption."""
    store = view.store.capabilities()
    return Health(
        at=iso(view.now_us, view.zone),
        is_broker_connected=is_broker_connected,
        gateways=[_gateway(view, gateway) for gateway in repository.gateways(view.session)],
        quarantined=quarantine.count(view.session),
        store=StoreHealth(name=store.name, version=store.version),
    )


def _gateway(view: View, gateway: Gateway) -> GatewayHealth:
    slot_us, seen_us = gateway.last_slot_us, gateway.last_seen_us
    return GatewayHealth(
        id=gateway.id,
        division=gateway.division,
        online=gateway.online,
        last_seen_at=None if seen_us is None else iso(seen_us, view.zone),
        last_slot_at=None if slot_us is None else iso(slot_us, view.zone),
        ack_lag_s=None if slot_us is None else max(0, view.now_us - slot_us) // SECOND_US,
    )
