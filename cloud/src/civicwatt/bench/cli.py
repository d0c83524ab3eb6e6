"""`civicwatt bench`: figures with their goals."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from civicwatt_protocols.logs import log_to_stderr

if TYPE_CHECKING:
    from civicwatt.bench.figures import Figure

app = typer.Typer(no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 · one JSON object on stdout")]


@app.callback()
def bench() -> None:
    """实测指标与目标 · measured figures and their goals."""
    log_to_stderr(logging.WARNING)


def _tell(figures: "Mapping[str, Figure]", *, as_json: bool) -> None:
    """Print the figures; exit code 1: a goal was missed."""
    from civicwatt.bench.figures import passed, table  # noqa: PLC0415

    typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else table(figures))
    raise typer.Exit(0 if passed(figures) else 1)


@app.command()
def edge(
    as_json: AsJson = False,
    full: Annotated[bool, typer.Option(help="完整时长 · long runs, 15 minutes")] = False,
) -> None:
    """网关：每值处理器时间、采集周期、请求数 · the gateway's cost, its cycle, its requests."""
    from civicwatt.bench import edge as measure  # noqa: PLC0415 - loads only what it needs

    _tell(measure.run(measure.FULL if full else measure.SHORT), as_json=as_json)


@app.command()
def cloud(
    as_json: AsJson = False,
    full: Annotated[bool, typer.Option(help="另测十倍规模 · also at ten times the size")] = False,
) -> None:
    """云端：接收、台账、报表、排名 · ingest, ledger, a year's report, ranking."""
    from civicwatt.bench import cloud as measure  # noqa: PLC0415 - loads only what it needs

    _tell(measure.run(measure.FULL if full else measure.SHORT), as_json=as_json)


@app.command()
def fleet(
    as_json: AsJson = False,
) -> None:
    """公务用车：3,000 辆车 30 秒一次定位的接收与围栏 · positions of 3,000 vehicles, fences evaluated."""
    from civicwatt.bench import vehicles as measure  # noqa: PLC0415 - loads only what it needs

    _tell(measure.run(), as_json=as_json)


@app.command()
def records(
    as_json: AsJson = False,
) -> None:
    """台账：60,000 行的首页、检索与导出 · a registry of 60,000 rows: pages, search, workbook."""
    from civicwatt.bench import records as measure  # noqa: PLC0415 - loads only what it needs

    _tell(measure.run(), as_json=as_json)


@app.command()
def forecast(
    as_json: AsJson = False,
) -> None:
    """次日逐时用能预测与“上周同日”的误差 · day-ahead forecasts beside the previous week."""
    from civicwatt.bench import forecast as measure  # noqa: PLC0415 - loads only what it needs

    _tell(measure.run(), as_json=as_json)


@app.command()
def returns(
    as_json: AsJson = False,
    institutions: Annotated[
        int, typer.Option(min=20, max=100_000, help="报送单位数 · institutions that file")
    ] = 13_000,
) -> None:
    """统计填报：截止前集中报送与重发 · returns filed at the deadline, a tenth of them sent again."""
    from civicwatt.bench import returns as measure  # noqa: PLC0415 - loads only what it needs

    _tell(measure.run(institutions), as_json=as_json)


@app.command()
def anomalies(
    as_json: AsJson = False,
) -> None:
    """异常识别：与两种常用方法对比 · the anomaly detector beside two usual ones."""
    from civicwatt.bench import anomalies as measure  # noqa: PLC0415 - loads only what it needs

    _tell(measure.run(), as_json=as_json)


@app.command()
def mv(
    meter: Annotated[
        Path | None, typer.Option(help="另测一块表的用量 csv · also a meter of one's own, as csv")
    ] = None,
    temperature: Annotated[
        Path | None, typer.Option(help="该表所在地的气温 csv · the outdoor temperature there, as csv")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="只用该日之前的读数 · only what was read before this day")
    ] = None,
    as_json: AsJson = False,
    short: Annotated[bool, typer.Option(help="只测几十个时段 · a few dozen periods only")] = False,
) -> None:
    """节能量区间的覆盖率：没有改造的时段 · how often intervals cover zero where nothing was saved."""
    from civicwatt.bench import savings as measure  # noqa: PLC0415 - loads only what it needs

    given = measure.Given(meter, temperature, until) if meter and temperature else None
    _tell(measure.run(measure.SHORT if short else measure.FULL, given), as_json=as_json)


@app.command()
def targets(
    as_json: AsJson = False,
    institutions: Annotated[int, typer.Option(min=20, max=100_000, help="单位数 · institutions")] = 13_000,
) -> None:
    """目标与排名：全市一个年度的指标、目标、排名与页面 · indicators, targets and ranks of a city's year."""
    from civicwatt.bench import targets as measure  # noqa: PLC0415 - loads only what it needs

    _tell(measure.run(institutions), as_json=as_json)


@app.command()
def peers(
    thingsboard: Annotated[
        Path | None,
        typer.Option(help="thingsboard-gateway 命令的路径 · path of the command, installed by you"),
    ] = None,
    modpoll: Annotated[
        Path | None, typer.Option(help="modpoll 命令的路径 · path of the command, installed by you")
    ] = None,
    seconds: Annotated[int, typer.Option(min=2, max=600, help="计量时长 · how long is counted")] = 12,
    buses: Annotated[
        int, typer.Option(min=1, max=100, help="100 台表分到几个端口 · TCP ports the 100 meters are behind")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """与自行安装的其他网关对比 · beside other gateways that you have installed yourself."""
    from civicwatt.bench import cost  # noqa: PLC0415 - loads only what it needs
    from civicwatt.bench import peers as compare  # noqa: PLC0415

    given = {"thingsboard-gateway": thingsboard, "modpoll": modpoll}
    rows = compare.run(cost.plant(buses, 100 // buses), seconds, given)
    typer.echo(json.dumps(rows, ensure_ascii=False) if as_json else compare.table(rows))
    raise typer.Exit(1 if any("failed" in one for one in rows.values()) else 0)
