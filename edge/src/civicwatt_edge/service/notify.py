"""What systemd is told: ready, still alive, stopping. Where it did not start us, nothing.

Source: sd_notify(3); the socket's name comes in the environment.
"""

import asyncio
import os
import socket
from contextlib import suppress


def tell(state: str) -> None:
    """Send one message such as READY=1."""
    name = os.environ.get("NOTIFY_SOCKET")
    if not name:
        return
    address = f"\0{name[1:]}" if name.startswith("@") else name
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)  # a full queue must not stop the polling
        line.sendto(state.encode(), address)


async def keep_alive() -> None:
    """Say that we run, and go on saying it: a loop that hangs is silent, and systemd starts us anew."""
    tell("READY=1")
    period_us = int(os.environ.get("WATCHDOG_USEC", "0"))
    while period_us:
        tell("WATCHDOG=1")
        await asyncio.sleep(period_us / 3_000_000)
