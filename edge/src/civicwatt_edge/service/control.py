"""The control socket `control.sock` in the data directory: one JSON line asked, one answered.

Its mode is 0600: who may read the outbox may ask. {"do": "status"} gives what `civicwatt edge status` shows,
{"do": "offline", "seconds": 180} cuts the way to the cloud for a while, {"do": "reload"} reads the
configuration anew. An answer is {"ok": true, …} or {"ok": false, "error": {…}}.
"""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from civicwatt_protocols.errors import BadValue, CivicWattError

log = structlog.get_logger()

NAME = "control.sock"
LONGEST_REQUEST = 4096  # bytes
LONGEST_OFFLINE_S = 7 * 86_400

Answer = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@contextmanager
def address(directory: Path) -> Iterator[str]:
    """A way to the socket that is short enough for the system whatever the directory's name (108 bytes)."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{NAME}"
    finally:
        os.close(handle)


async def serve(directory: Path, answers: Mapping[str, Answer]) -> None:
    """Answer until cancelled. Without a socket, on a disk that takes none, the gateway goes on mutely."""
    with address(directory) as path:
        try:
            with suppress(FileNotFoundError):
                os.unlink(path)  # of a process that was killed: the outbox's lock says that we are alone
            server = await asyncio.start_unix_server(
                lambda reader, writer: _serve(reader, writer, answers),
                sock=_bound(path),
                limit=LONGEST_REQUEST,
            )
        except OSError as error:
            log.error("control_socket_unusable", path=str(directory / NAME), error=str(error))
            return
        try:
            await server.serve_forever()
        finally:
            server.close()
            with suppress(FileNotFoundError):
                os.unlink(path)


def _bound(path: str) -> socket.socket:
    """A socket that only the owner may speak to. The umask would do it for all threads at once."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(path)
        os.chmod(path, 0o600)  # before anybody is listened to
    except OSError:
        listener.close()
        raise
    return listener


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: Mapping[str, Answer]
) -> None:
    try:
        told = await _answer(await reader.readline(), answers)
        writer.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        await writer.drain()
    except (OSError, ValueError) as error:  # gone, or a line without an end
        log.warning("control_request_lost", error=str(error))
    finally:
        writer.close()


async def _answer(line: bytes, answers: Mapping[str, Answer]) -> dict[str, Any]:
    try:
        request = _request(line, answers)
        return {"ok": True, **await answers[request["do"]](request)}
    except CivicWattError as error:
        return {"ok": False, "error": error.as_dict()}
    except Exception:
        log.exception("control_request_failed")
        return {"ok": False, "error": CivicWattError("control").as_dict()}


def _request(line: bytes, answers: Mapping[str, Answer]) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError:
        request = None
    if not isinstance(request, dict) or request.get("do") not in [*answers]:
        raise BadValue("control", key="do", detail=f"known: {', '.join(answers)}")
    return request
