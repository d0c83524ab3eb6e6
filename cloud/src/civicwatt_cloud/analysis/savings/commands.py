"""`civicwatt mv …`: what a measure saved."""

import json
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.table import Table

from civicwatt_cloud.analysis.savings import files
from civicwatt_cloud.analysis.savings.measured import Savings, measured
from civicwatt_cloud.analysis.savings.terms import adjustments as read_adjustments
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)
_STATES = {"okay": "通过 okay", "possible_issue": "可疑 possible issue", "not_checked": "未检查 not checked"}


@app.callback()
def _group() -> None:
    """节能量：测量与验证 · measurement and verification of savings."""
    log_to_stderr()


@app.command()
def savings(  # noqa: PLR0917 - typer passes them by name
    meter_file: Annotated[
        Path,
        typer.Argument(
            metavar="METER", help="用量 csv（可 .gz），列 start、value · use by period, columns start, value"
        ),
    ],
    temperature_file: Annotated[
        Path,
        typer.Option("--temperature", help="室外气温 csv：时间、数值 · outdoor temperature: time, value"),
    ],
    baseline_end: Annotated[
        str, typer.Option(help="基期截止（不含该时刻） · the moment at which the baseline has ended")
    ],
    reporting_start: Annotated[str, typer.Option(help="报告期开始 · from when on savings are counted")],
    adjustments_file: Annotated[
        Path | None,
        typer.Option("--adjustments", help="TOML：非常规调整 · tables adjustment: non-routine changes"),
    ] = None,
    tz: Annotated[
        str | None,
        typer.Option(
            help="表计所在时区；缺省用时刻自带的偏移，没有偏移时为 Asia/Shanghai · the meter's zone; "
            "by default the times' own offsets, without offset Asia/Shanghai"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print JSON")] = False,
) -> None:
    """改造节约了多少：校准基期、节能量、区间 · what a measure saved, and how sure that is."""
    zone = _zone(tz)
    meter, repeated = files.meter(meter_file, zone)
    temperature = files.temperature(temperature_file, zone)
    (end_us, end_known), (start_us, start_known) = files.wall_us(baseline_end), files.wall_us(reporting_start)
    found = measured(
        meter,
        temperature,
        end_us if end_known else meter.moment_us(end_us),
        start_us if start_known else meter.moment_us(start_us),
        adjustments=read_adjustments(adjustments_file) if adjustments_file else (),
        repeated=repeated,
    )
    if as_json:
        typer.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        _show(found)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadValue("--tz", key="tz", detail=f"没有时区 {name} · there is no zone {name}") from error


def _show(found: Savings) -> None:
    out = Console(highlight=False)
    told = found.as_dict()
    percent = "—" if told["savings_percent"] is None else f"{told['savings_percent']:.2f} %"
    low, high = told["interval_savings"]
    out.print(f"模型 model  {told['model']}")
    out.print(
        f"校准基期 adjusted baseline  {found.adjusted:,.1f}   报告期 reporting  {found.reporting.use:,.1f}"
    )
    out.print(
        f"节能量 savings  {found.saving:,.1f}  ({percent})  90 % 区间 interval  {low:,.1f} … {high:,.1f}"
    )
    table = Table("检查 check", "结果 state", "值 value", "限值 limit", "原因 why")
    for one in found.checks:
        table.add_row(
            f"{one.zh} {one.en}",
            _STATES[one.state],
            "—" if one.value is None else f"{one.value:.3g}",
            "—" if one.limit is None else f"{one.limit:.3g}",
            f"{one.why_zh} {one.why}".strip(),
        )
    out.print(table)
