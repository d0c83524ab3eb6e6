"""F34, F35: upgrades and roll-backs under load; backups put back after a loss."""

import json
import secrets
import shutil
from pathlib import Path

from civicwatt.drill.cloud.schema import to_former
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.cloud.truth import HOUR_US
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage
from civicwatt_cloud.kit.business_time import DAY_US


async def upgraded(stage: Stage) -> Row:
    """The former schema, the newest, and back by the backup, while the gateways go on."""
    rounds = stage.count(1, 8)
    async with Site(stage) as site:
        site.add(stage.count(2, 10))
        key = _key(site)
        await site.begin()
        part_us = DAY_US // (3 * rounds + 3) // 300_000_000 * 300_000_000
        at_us = START_US - DAY_US
        at_us = _accept(site, at_us, part_us)
        await site.delivered()
        for n in range(rounds):
            await site.stop()
            former = await to_former(site.settings)
            at_us = _accept(site, at_us, part_us)
            await site.serve()  # migrates, under load
            await site.delivered()
            kept = await _backup(site, key, f"{n}")
            at_us = _accept(site, at_us, part_us)
            await site.delivered()
            await site.stop()
            await site.command("cloud", "restore", str(kept), "--force", "--key-file", str(key))
            await site.serve()
            at_us = await site.received(at_us)  # they have noticed nothing, and go on
        verdict = await site.verdict()
    return row(verdict, 2 * rounds, stage.seed, schema_before=former)


async def restored(stage: Stage) -> Row:
    """A gateway wiped, and a week of the cloud: the backup is put back, the gateways send the rest again."""
    interval_s = stage.count(900, 300)
    async with Site(stage) as site:
        wiped, *_ = site.add(3, interval_s=interval_s)
        key = _key(site)
        await site.begin()
        week_ago_us = START_US - 7 * DAY_US
        _accept(site, week_ago_us - 3 * DAY_US, 3 * DAY_US)
        await site.delivered()
        await site.even()
        kept = await _backup(site, key, "week")
        proved = await site.command(
            "cloud", "backup", str(kept), "--verify", "--key-file", str(key), "--json"
        )
        is_sealed = not _reads_plainly(kept)
        middle_us = week_ago_us + 3 * DAY_US
        _accept(site, week_ago_us, 3 * DAY_US, but=wiped.name)
        await site.delivered()
        wiped.forget()  # what it had is acked; from here on another epoch, numbers from 1
        for one in site.senders:
            first_us = week_ago_us if one is wiped else middle_us
            one.accept(range(first_us, START_US - HOUR_US, one.interval_us))
        await site.delivered()
        await site.stop()
        shutil.rmtree(site.settings.data_dir)
        await site.command("cloud", "restore", str(kept), "--key-file", str(key))
        await site.serve()
        await site.received(START_US - HOUR_US)  # they have noticed nothing, and go on
        verdict = await site.verdict()
    goals = {"the backup is whole": "rows" in json.loads(proved), "and encrypted": is_sealed}
    return row(verdict, 2, stage.seed, goals, backup_bytes=kept.stat().st_size)


def _key(site: Site) -> Path:
    path = site.folder / "backup.key"
    path.touch(mode=0o600)
    path.write_text(secrets.token_hex(32) + "\n")
    return path


async def _backup(site: Site, key: Path, name: str) -> Path:
    target = site.folder / f"{name}.cwbackup"
    await site.command("cloud", "backup", str(target), "--key-file", str(key), "--json")
    return target


def _reads_plainly(path: Path) -> bool:
    data = path.read_bytes()
    return b"SQLite format 3" in data or b"import_active_energy" in data


def _accept(site: Site, at_us: int, part_us: int, but: str = "") -> int:
    for one in site.senders:
        if one.name != but:
            one.accept(range(at_us, at_us + part_us, one.interval_us))
    return at_us + part_us
