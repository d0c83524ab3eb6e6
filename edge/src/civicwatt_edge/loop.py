"""The event loop: uvloop where it is installed (extra `speedups`), else asyncio's own. Both behave alike."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a program to its end, as asyncio.run does."""
    with asyncio.Runner(loop_factory=factory()) as runner:
        runner.run(main)


def factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes uvloop's loop; None, asyncio's default, without it."""
    try:
        import uvloop  # noqa: PLC0415 - a compiled package that not every gateway has
    except ImportError:
        return None
    return uvloop.new_event_loop
