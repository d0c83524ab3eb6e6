"""What runs beside the routes: events on their way, and notices on every channel of the installation."""

from collections.abc import Coroutine
from functools import partial
from typing import Any

from fastapi import FastAPI

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.jobs import keep
from civicwatt_cloud.kit.notices import energy, reminders, waiting  # noqa: F401 - the first two hear by `later`
from civicwatt_cloud.kit.notices.mail import send_all
from civicwatt_cloud.kit.notices.robots import speak_in_group
from civicwatt_cloud.kit.outbox import channels as channels_
from civicwatt_cloud.kit.outbox.dispatcher import Dispatcher
from civicwatt_cloud.kit.outbox.hearers import outside
from civicwatt_cloud.kit.settings import Settings

EVENTS_S, NOTICES_S = 1.0, 5.0  # real seconds between rounds [engineering default]


def work(app: FastAPI, settings: Settings) -> list[Coroutine[Any, Any, None]]:
    """Rounds for the hearers here, for each one elsewhere and for each channel: none waits for another.

    Errors: those of `channels.load`.
    """
    state = app.state
    channels = state.channels = channels_.load(settings.channels)
    place = (state.database, state.zone, state.clock)
    inside = (*events.background(), *waiting.hearers(state.modules))
    dispatcher = Dispatcher(*place, inside, outside(channels, settings))
    running = [keep("events", dispatcher.hand_on, EVENTS_S)]
    for one in dispatcher.outside:
        running.append(keep(one.key, partial(dispatcher.tell, one), EVENTS_S))
    if channels.email:
        running.append(keep("mail", partial(send_all, *place, channels), NOTICES_S))
    for robot in channels.robot:
        running.append(keep(robot.name, partial(speak_in_group, *place, channels, robot), NOTICES_S))
    return running
