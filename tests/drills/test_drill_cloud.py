"""`civicwatt drill cloud`: each fault done to a real cloud: nothing lost, doubled, wrong."""

import asyncio
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from cloud.points import points_of

from civicwatt.demo import broker
from civicwatt.drill.cloud.catalogue import DRILLS
from civicwatt.drill.cloud.judging import judge
from civicwatt.drill.cloud.meters import COUNTER, KWH
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.cloud.truth import HOUR_US, Shown
from civicwatt.drill.stage import Stage
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.marks import mark_all_dirty
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.readings import Batch

ROWS = ["F05", "F07", "F10", "F11", "F12", "F13", "F16", "F17", "F18", "F19", "F20", "F27", "F28", "F29"]
ROWS += ["F31", "F34", "F35", "F36"]
SHORT = ["F12", "F18", "F20", "F28"]

pytestmark = pytest.mark.skipif(
    broker.mosquitto() is None, reason="mosquitto is not installed: no broker to drill with"
)


def test_every_row_that_is_promised_is_there() -> None:
    assert [one.key for one in DRILLS] == ROWS


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(200)
def test_some_rows_pass_and_the_report_tells_them(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    command = [sys.executable, "-m", "civicwatt", "drill", "cloud", "--json", "--only", ",".join(SHORT)]
    done = subprocess.run(
        [*command, "--report", str(report)], capture_output=True, text=True, check=False, timeout=190
    )
    rows = json.loads(done.stdout)
    told = report.read_text()
    assert list(rows) == SHORT
    for key, row in rows.items():
        assert f"\n### {key} " in told
        assert "error" not in row, row
        assert (key, row["lost"], row["duplicated"], row["wrong"]) == (key, 0, 0, 0)
        assert row["trials"] >= 1
        assert row["ok"] is True, row
    assert done.returncode == 0
    assert f"{len(rows)}/{len(rows)}" in done.stderr, "progress is said while it runs"


async def test_a_late_ack_for_an_earlier_record_is_none_of_the_hour(tmp_path: Path) -> None:
    async with Site(Stage("late", tmp_path, 7, full=False)) as site:
        (sender,) = site.add(1, meters=1)
        slots = range(START_US, START_US + 4 * sender.interval_us, sender.interval_us)
        sender.accept(slots)
        known = len(sender.kept)
        sender.accept([slots.stop], live=True)
        sender.acked([(1, known)])
        assert sender.acked_after(known) == 0
        sender.acked([(known + 1, known + 1)])
        assert sender.acked_after(known) == 1


async def test_the_judge_sees_what_is_lost_changed_or_not_in_the_sums(tmp_path: Path) -> None:
    async with Site(Stage("judge", tmp_path, 7, full=False)) as site:
        (sender,) = site.add(1, meters=1, interval_s=3600)
        await site.register()
        sender.accept(range(START_US - 24 * HOUR_US, START_US, HOUR_US))
        settings = site.settings
        rows = [(slot_us, shown) for (_, _, slot_us), shown in site.truth.shown.items()]

        def store(rows: list[tuple[int, Shown]]) -> None:
            measures = sender.catalogues["M-1"].points
            with (
                closing(Database.of(settings)) as database,
                closing(open_store(settings.store_url)) as readings,
            ):
                names = [one.measure for one in measures]
                points = points_of(database, sender.name, "M-1", "", names)
                for slot_us, shown in rows:
                    readings.write(Batch.of(points, slot_us, [one / KWH for one in shown]))
                with database.session() as session:
                    mark_all_dirty(session, [points[names.index(COUNTER)]])
                Ledger(database, readings, settings.zone).recompute_all()

        await asyncio.to_thread(store, rows[:-1])
        missing = await asyncio.to_thread(judge, settings, site.truth)
        assert (missing.lost, missing.wrong) == (2, 3)  # both measures; its hour, its day and its month
        await asyncio.to_thread(store, rows[-1:])
        whole = await asyncio.to_thread(judge, settings, site.truth)
        assert (whole.lost, whole.duplicated, whole.wrong, whole.values) == (0, 0, 0, 48)
        (meter,) = site.truth.hours
        site.truth.explain(meter, START_US - 5 * HOUR_US, 1)  # a millionth of a unit
        assert (await asyncio.to_thread(judge, settings, site.truth)).wrong == 3
        assert (await asyncio.to_thread(judge, settings, site.truth, 2)).wrong == 5  # two held steps more
