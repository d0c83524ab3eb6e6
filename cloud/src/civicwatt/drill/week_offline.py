"""F02: seven days without a broker; quick: half a day."""

from civicwatt.drill.offline import Load, offline
from civicwatt.drill.row import Row, Verdict, row
from civicwatt.drill.stage import Stage

QUICK = Load(minutes=720, meters=32, points=20)


async def run(stage: Stage) -> Row:
    """Disk, memory, the drain's speed and the live values beside it."""
    load = Load() if stage.full else QUICK
    stage.folder.mkdir(parents=True)
    seen = await offline(stage.folder, load)
    return row(
        Verdict(lost=seen.lost, duplicated=seen.duplicated, wrong=seen.wrong, records=seen.records),
        1,
        stage.seed,
        seen.goals,
        offline_minutes=load.minutes,
        meters=load.meters,
        points=load.points,
        disk_mb=seen.disk_mb,
        rss_mb=seen.rss_mb,
        write_s=seen.write_s,
        drain_s=seen.drain_s,
        drain_ratio=seen.drain_ratio,
        live_records=seen.live,
        live_s_at_most=seen.live_worst_s,
    )
