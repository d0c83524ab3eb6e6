"""The past of a simulated city, written in columns through the store and booked by the ordinary ledger."""

from collections.abc import Iterator

from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore
from civicwatt_sim.history import history
from civicwatt_sim.meter import simulate
from civicwatt_sim.scenario import City
from civicwatt_sim.steps import first_step, start_us

STEP_S = 900  # 15 minutes, the coarsest step of the 2008 monitoring guideline's "15 min to 1 h"
WRITE_POINTS = 8  # meters in one write


def write_history(
    city: City, database: Database, store: ReadingsStore, until_us: int
) -> Iterator[tuple[int, int]]:
    """Write what each meter counted since its newest reading (else since it was installed).

    Yields (meters done, meters).
    """
    meters = simulate(city)
    installed_us = start_us(first_step(city.installed))
    simulated = {(meter.gateway, meter.device) for *_, meter in city.meters()}
    with database.reading() as session:
        points = {  # what people have entered beside them (bills, virtual meters, loggers) has no past
            point.device: point.id
            for point in session.scalars(select(Point).where(Point.is_consumption))
            if (point.gateway, point.device) in simulated
        }
    newest = store.latest(list(points.values()))
    known = dict(zip(newest.point.tolist(), newest.ts_us.tolist(), strict=True))
    devices = list(points)
    for first in range(0, len(devices), WRITE_POINTS):
        batches = []
        for device in devices[first : first + WRITE_POINTS]:
            point = points[device]
            since = known.get(point, installed_us - 1) + 1
            times, values = history(meters[device], since, until_us, STEP_S)
            batches.append(Batch.of(point, times, values))
        batch = Batch.join(batches)
        if len(batch):
            load(database, store, batch)
        yield min(first + WRITE_POINTS, len(devices)), len(devices)


def book(ledger: Ledger) -> Iterator[int]:
    """Book everything that is dirty; yields the number of points of each step."""
    while (done := ledger.recompute()).points:
        yield done.points
