"""What a departure costs, by the price table that holds for the counter; without one nobody says."""

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.anomalies.series import HOUR_S
from civicwatt_cloud.modules.anomalies.spots import Place, Spot
from civicwatt_cloud.timeseries.ledger.tariffs.assignments import Priced, assigned
from civicwatt_cloud.timeseries.ledger.tariffs.costs import Usage, cost, together
from civicwatt_cloud.timeseries.ledger.tariffs.errors import NoPrice, StepTooLong
from civicwatt_protocols.quantity import MICRO


def of(context: Context, place: Place, spot: Spot) -> int | None:
    """What the departure of a finding costs [分], as a magnitude; None: not all of it has a price."""
    counter, month, rows = place
    institution = context.session.get_one(Institution, counter.owner_id)
    priced = Priced(counter.point_id, counter.building_id, counter.carrier)
    spans = assigned(context.session, institution, [priced], month.first, month.end)[counter.point_id]
    micro = np.rint(np.nan_to_num(spot.apart) * MICRO).astype(np.int64)
    hours = np.arange(rows.start + spot.start, rows.start + spot.end) * HOUR_US
    days = np.array(rows.dates[spot.start : spot.end], dtype="datetime64[D]")
    costs = []
    for span in spans:
        mine = (days >= np.datetime64(span.start)) & (days < np.datetime64(span.end))
        if not mine.any():
            continue
        if span.tariff is None:
            return None
        try:
            costs.append(cost(Usage(hours[mine], micro[mine], HOUR_S), span.tariff, context.zone))
        except (NoPrice, StepTooLong):
            return None
    return abs(together(costs).total.fen)
