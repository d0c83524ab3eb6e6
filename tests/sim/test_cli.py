import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from civicwatt_sim import truth
from civicwatt_sim.cli import app
from civicwatt_sim.scenario import read_city

RUN = [sys.executable, "-c", "from civicwatt_sim.cli import app; app()", "run", "--port", "0"]


@pytest.fixture
def city_file(tmp_path: Path) -> Path:
    result = CliRunner().invoke(app, ["city", str(tmp_path / "city.json"), "--check"])
    assert result.exit_code == 0, result.output
    return tmp_path / "city.json"


@pytest.fixture
def start(city_file):
    started = []

    def start(*options: str):
        process = subprocess.Popen(
            [*RUN, "--city", str(city_file), *options], stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, _event(process, "simulator_ready")

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


def _event(process, name):
    for line in process.stderr:
        record = json.loads(line)
        if record["event"] == name:
            return record
    raise AssertionError(f"{name} was never logged")


def _ask(port, unit, function, address, count):
    request = (
        bytes([0, 1, 0, 0, 0, 6, unit, function]) + address.to_bytes(2, "big") + count.to_bytes(2, "big")
    )
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        return connection.recv(260)


def test_it_says_when_it_is_ready_and_ends_cleanly(start):
    process, ready = start()
    assert len(ready["ports"]) == 5
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_after_kill_9_the_ledger_holds_every_answer(start, city_file, tmp_path):
    meter = next(meter for _, _, meter in read_city(city_file).meters() if meter.end_use == "water")
    ledger = tmp_path / "truth.jsonl"
    process, ready = start("--truth", str(ledger), "--clock", f"1790000000000000/1.0/{time.monotonic()}")
    answers = [_ask(ready["ports"][meter.bus], meter.unit, 3, 0, 2) for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    assert all(len(answer) == 13 for answer in answers)
    [column] = [served for (device, _), served in truth.read(ledger).items() if device == meter.device]
    assert len(column.micro) == 20
    assert 1_790_000_000_000_000 < column.served_us[0] < 1_790_000_060_000_000


def test_the_fault_script_is_read_again_on_hangup_and_a_wrong_one_changes_nothing(start, city_file, tmp_path):
    meter = next(meter for _, _, meter in read_city(city_file).meters() if meter.end_use == "water")
    faults = tmp_path / "faults.toml"
    faults.write_text("")
    process, ready = start("--faults", str(faults))
    place = (ready["ports"][meter.bus], meter.unit, 3, 0, 2)
    assert len(_ask(*place)) == 13
    faults.write_text(f'[[fault]]\nkind = "refuse"\ndevice = "{meter.device}"\n')
    process.send_signal(signal.SIGHUP)
    _event(process, "faults_read")
    assert _ask(*place)[7:] == b"\x83\x04"
    faults.write_text("[[fault]]\nkindness = 1\n")
    process.send_signal(signal.SIGHUP)
    assert "CW-C1002" in _event(process, "faults_not_read")["error"]
    assert _ask(*place)[7:] == b"\x83\x04"
