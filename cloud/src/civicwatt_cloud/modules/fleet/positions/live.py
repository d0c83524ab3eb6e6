"""What runs beside the routes: the intake of positions and what feeds it, as the settings say."""

import socket
from collections.abc import Coroutine
from typing import Any

from fastapi import FastAPI

from civicwatt_cloud.kit.errors import PortTaken
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.fleet.positions.gateway import GatewayListener
from civicwatt_cloud.modules.fleet.positions.intake import Intake
from civicwatt_cloud.modules.fleet.positions.terminals import TerminalServer
from civicwatt_cloud.timeseries.intake.mqtt import TlsFiles


def work(app: FastAPI, settings: Settings) -> list[Coroutine[Any, Any, None]]:
    """What the application runs for as long as it lives; `state.positions` is the intake.

    Errors: PortTaken.
    """
    state = app.state
    intake = state.positions = Intake(state.database, state.zone, state.clock)
    running: list[Coroutine[Any, Any, None]] = [intake.run()]
    if settings.terminal_port is not None:
        listener = _listener(settings.terminal_host, settings.terminal_port)
        running.append(TerminalServer(intake, state.database, state.clock, listener).run())
    if settings.mqtt_host is not None and settings.positions_topic is not None:
        tls = TlsFiles.of(settings)
        topic = settings.positions_topic
        running.append(GatewayListener(intake, settings.mqtt_host, settings.mqtt_port, topic, tls).run())
    return running


def _listener(host: str, port: int) -> socket.socket:
    """Errors: PortTaken."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise PortTaken(port=port, detail=error.strerror) from error
