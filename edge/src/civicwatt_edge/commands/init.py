"""`civicwatt edge init`: a commented configuration from four answers."""

from typing import Annotated

import typer

from civicwatt_edge.commands.console import (
    CONFIG,
    AsJson,
    ConfigFile,
    Yes,
    agreed,
    answered,
    print_json,
    say,
    write_whole,
)
from civicwatt_edge.commands.line import Line
from civicwatt_edge.config import Config
from civicwatt_edge.errors import ConsentNeeded, WouldOverwrite
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.toml import decode

TEXT = """\
# CivicWatt 网关配置 · gateway configuration
# 检查 check: civicwatt edge check {path}

[gateway]
id = "{id}"            # 网关编号，云端唯一 · unique in the cloud
division = "{division}"      # 行政区划代码 · division code, 6 to 12 digits
data = "{data}"  # 待发箱与历史 · outbox and history; a relative path starts at this file

[broker]
host = "{host}"
port = {port}

# 每条总线一段，表计用 civicwatt edge scan 和 add 写入 · one table a bus; scan and add write its devices
[[bus]]
name = "b0"
url = "{bus}"  # tcp://主机:端口 · host:port
timeout_ms = 1000      # 等待应答的毫秒数 · milliseconds to wait for an answer
"""
QUESTIONS = {
    "id": "网关编号 · the gateway's id (gw-01)",
    "division": "行政区划代码 · division code (429900)",
    "broker": "消息服务器 主机:端口 · broker host:port",
    "bus": "总线 · bus (tcp://10.0.0.5:502)",
}


def init(
    *,
    id: Annotated[str, typer.Option(help="网关编号 · the gateway's id")] = "",
    division: Annotated[str, typer.Option(help="行政区划代码 · division code")] = "",
    broker: Annotated[str, typer.Option(help="消息服务器 主机:端口 · broker, host:port")] = "",
    bus: Annotated[str, typer.Option(help="总线 tcp://主机:端口 · bus, tcp://host:port")] = "",
    config: ConfigFile = CONFIG,
    data: Annotated[str, typer.Option(help="数据目录 · data directory")] = "/var/lib/civicwatt",
    force: Annotated[
        bool, typer.Option("--force", help="重写已有文件 · write an existing file anew")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """写出带注释的网关配置，只问四件事 · write a commented configuration from four answers."""
    if (
        config.exists()
        and not force
        and (yes or not agreed(f"{config} 已存在，重写？· exists, write anew?", yes=False, option="--force"))
    ):
        raise WouldOverwrite(str(config))
    given = {"id": id, "division": division, "broker": broker, "bus": bus}
    answers = {key: value or _asked(key, yes=yes) for key, value in given.items()}
    answers["bus"] = Line.of(answers["bus"]).url
    host, colon, port = answers["broker"].rpartition(":")
    if colon and not port.isdigit():
        raise BadValue("--broker", key="port", detail=port)
    place = {"host": host if colon else port, "port": port if colon else "1883"}
    text = TEXT.format(path=config, data=data, **place, **answers)
    decode(text, Config, str(config))  # what is written can be read
    write_whole(config, text, keep_old=True)
    if as_json:
        print_json({"config": str(config), "data": data, **answers})
    say(f"已写 {config} · written. 下一步 · next: civicwatt edge doctor --config {config}")


def _asked(key: str, *, yes: bool) -> str:
    if yes:
        raise ConsentNeeded(f"--{key}", question=QUESTIONS[key], option=f"--{key}")
    return answered(QUESTIONS[key], f"--{key}")
