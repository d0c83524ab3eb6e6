"""A dispatcher that is killed before and after every commit, until nothing is left to be done.

Each run is a process of its own, forked before any connection is open; prints how many were killed.
"""

import os
import signal
import sys
from zoneinfo import ZoneInfo

import psycopg  # noqa: F401 - once, not in each child
from sqlalchemy import event
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.events import Background, Event
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.outbox.channels import Allow, Channels, Webhook
from civicwatt_cloud.kit.outbox.dispatcher import Dispatcher
from civicwatt_cloud.kit.outbox.hearers import outside
from civicwatt_cloud.kit.settings import Settings
from civicwatt_protocols.clock import Clock

URL, PORT, SECRET = sys.argv[1:]
MOST = 60  # kills: what is not done by then never will be


def hear(context, facts):
    context.session.add(Event(name="heard", facts=f'{{"n": {facts["n"]}}}', at_us=0, told_us=0))


def run(moment: int) -> None:
    """One dispatcher until nothing is left, or until its moment has come."""
    passed = 0

    def step(session: Session) -> None:
        nonlocal passed
        passed += not session.in_nested_transaction()  # a part of a commit is none
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Session, "before_commit", step)
    event.listen(Session, "after_commit", step)
    database = Database(URL)
    hook = Webhook(name="o", url=f"http://127.0.0.1:{PORT}/", secret_file=SECRET, events=("thing.*",))
    allow = Allow(hosts=("127.0.0.1",), networks=("127.0.0.0/8",))
    (other,) = outside(Channels(webhook=(hook,), allow=allow), Settings(mqtt_host=None))
    inside = [Background("here", "thing.happened", hear)]
    one = Dispatcher(database, ZoneInfo("Asia/Shanghai"), Clock(real_now_us(), 1.0), inside, (other,))
    one.hand_on()
    one.tell(other)
    database.close()


def main() -> None:
    # Before its first commit, then after it: so the next two runs begin one commit further.
    for kills in range(MOST):
        child = os.fork()
        if child == 0:
            run(kills % 2 + 1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(status) if status else print(kills)
            return
    sys.exit(2)


main()
