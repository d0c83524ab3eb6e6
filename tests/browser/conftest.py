import json
import os
import select
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path

import pytest
from page_checks import Visit
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_S = 240  # thirteen months of history are made first


@dataclass(frozen=True)
class DemoServer:
    url: str
    code: str


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def demo_server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A real `civicwatt demo`: simulated meters, gateways, broker and cloud."""
    data = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "civicwatt", "demo", "--json"]
    command += ["--port", str(_free_port()), "--data", str(data / "data")]
    log = data / "stderr.log"
    with log.open("wb") as errors:
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=_environment())
    try:
        yield _announced(demo, log)
    finally:
        demo.terminate()
        try:
            demo.wait(30)
        except subprocess.TimeoutExpired:
            demo.kill()
            demo.wait()
        if demo.stdout:
            demo.stdout.close()


def _environment() -> dict[str, str]:
    """Without this machine's CIVICWATT_ settings: the demo refuses those it does not know."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CIVICWATT_")}


def _announced(demo: subprocess.Popen[bytes], log: Path) -> DemoServer:
    """The line it says when all its parts run; silence and its end are told with its log."""
    assert demo.stdout is not None
    heard, _, _ = select.select([demo.stdout], [], [], START_S)
    line = demo.stdout.readline() if heard else b""
    assert line, f"the demo did not start:\n{log.read_text()[-4000:]}"
    said = json.loads(line)
    return DemoServer(said["url"], said["code"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium on this machine (looked for `chromium` on PATH)")
    if sys.platform == "linux" and not find_library("atomic"):
        pytest.skip("Playwright's driver needs libatomic.so.1 (Debian: libatomic1)")
    # scope module: as long as it lives it occupies the event loop that asynchronous tests need
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visit(browser: Browser, demo_server: DemoServer) -> Iterator[Visit]:
    """The first visit: a Chinese browser signs in with the one-time code, which holds only once."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.set_default_timeout(20_000)
    visit = Visit(context.new_page(), demo_server.url)
    visit.watch(context)
    page = visit.page
    page.goto(demo_server.url)
    page.get_by_label("一次性登录码").fill(demo_server.code)
    visit.shot("1-sign-in")
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("table", name="单位").wait_for()
    yield visit
    context.close()
