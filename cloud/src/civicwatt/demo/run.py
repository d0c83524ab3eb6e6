"""`civicwatt demo`: lay out the city, write its past, run its parts until Ctrl-C."""

import json
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from civicwatt.demo.administration import furnish
from civicwatt.demo.anomalies import judge_past
from civicwatt.demo.history import book, write_history
from civicwatt.demo.parts import Parts
from civicwatt.demo.plant import Plant
from civicwatt.demo.registry import open_cloud, register
from civicwatt_cloud.cli import page_socket
from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.identity import Purpose, issue_code, real_now_us
from civicwatt_protocols.clock import Clock
from civicwatt_sim.city import demo_city
from civicwatt_sim.scenario import City, read_city
from civicwatt_sim.steps import date_at

HISTORY_MONTHS = 13
INTERVAL_S = 15


def run(folder: Path, port: int, *, announce_json: bool) -> None:
    """Run the demo in this folder until SIGINT or SIGTERM; a second start continues its data.

    Errors: PortTaken, DataBusy.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    page_socket(port).close()  # a taken port is said before anything is made
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        _run(folder, port, stop, announce_json=announce_json)


def _run(folder: Path, port: int, stop: threading.Event, *, announce_json: bool) -> None:
    plant = Plant.lay_out(_city(folder), folder, Clock.real(), INTERVAL_S, web_port=port)
    console = Console(stderr=True)
    with console.status("名录与表计 · directory and meters"):
        register(plant)
    with console.status("办公用房与报修 · office space and repairs"):
        furnish(plant)
    _write_past(plant, console)
    with console.status("用能异常 · anomalies"):
        judge_past(plant)
    code = _login_code(plant)
    with Parts(plant) as parts:
        with console.status("启动模拟表计、消息服务、云端和网关 · starting the parts"):
            parts.start()
        _announce(plant, code, as_json=announce_json)
        while not stop.wait(1.0):
            parts.restart_the_dead()
        console.print("正在退出 · stopping")


def _city(folder: Path) -> City:
    """The city of an earlier start, else a new one installed thirteen months ago."""
    scenario = folder / "city.json"
    if scenario.exists():
        return read_city(scenario)
    month = date_at(Clock.real().now_us()).replace(day=1)
    for _ in range(HISTORY_MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
    return demo_city(installed=month)


def _write_past(plant: Plant, console: Console) -> None:
    """History up to now, then the ledger over it, each with a progress bar."""
    with open_cloud(plant) as cloud, Progress(console=console) as progress:
        writing = progress.add_task("历史读数 · history")
        for done, meters in write_history(plant.city, cloud.database, cloud.store, plant.clock.now_us()):
            progress.update(writing, completed=done, total=meters)
        booking = progress.add_task("电量台账 · ledger", total=len(list(plant.city.meters())))
        for points in book(cloud.ledger):
            progress.advance(booking, points)
        progress.update(booking, completed=progress.tasks[booking].total)


def _login_code(plant: Plant) -> str:
    with open_cloud(plant) as cloud, cloud.database.session() as session:
        return issue_code(session, Purpose.DEMO, real_now_us())


def _announce(plant: Plant, code: str, *, as_json: bool) -> None:
    url = f"http://127.0.0.1:{plant.web_port}/"
    if as_json:
        sys.stdout.write(json.dumps({"url": url, "code": code}) + "\n")
    else:
        sys.stdout.write(f"\n  网页 page   {url}\n  登录码 code  {code}\n\n  Ctrl-C 退出 · quits\n\n")
    sys.stdout.flush()
