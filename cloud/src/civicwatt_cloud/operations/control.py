"""The socket `control.sock` in the data folder: how a command asks the running server for its readings.

An embedded store belongs to one process, so a backup beside a running server must come from that process.
Asked is one line of JSON, {"do": "readings", "last_point": n}; answered are framed slices (rows.py) and an
end. The socket's mode is 0600: who may read the data folder may ask.
"""

import asyncio
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from civicwatt_cloud.operations.errors import ServerSilent
from civicwatt_cloud.operations.rows import END, HEAD_BYTES, Slice, framed, head, slices, unpacked
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore

log = structlog.get_logger()

NAME = "control.sock"
LONGEST_REQUEST = 4096  # bytes
# Engineering defaults.
START_S = 30.0  # a server that holds the folder has its socket by then
WAIT_S = 600.0  # for one slice


@contextmanager
def address(folder: Path) -> Iterator[str]:
    """A way to the socket that is short enough for the system whatever the folder's name (108 bytes)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{NAME}"
    finally:
        os.close(handle)


async def serve(folder: Path, store: ReadingsStore) -> None:
    """Answer until cancelled; where there can be no socket, backups have to wait for a stop."""
    try:
        with address(folder) as path:
            await _listen(path, store)
    except OSError as error:
        log.error("control_socket_unusable", path=str(folder / NAME), error=str(error))


async def _listen(path: str, store: ReadingsStore) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)  # of a process that was killed: the folder's lock says that we are alone
    server = await asyncio.start_unix_server(
        lambda reader, writer: _serve(reader, writer, store), sock=_bound(path), limit=LONGEST_REQUEST
    )
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


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, store: ReadingsStore) -> None:
    try:
        request = json.loads(await reader.readline())
        waiting = slices(store, int(request["last_point"]))
        log.info("readings_asked_for", last_point=request["last_point"])
        while (one := await asyncio.to_thread(next, waiting, None)) is not None:
            writer.write(framed(one))
            await writer.drain()
        writer.write(END)
        await writer.drain()
    except (OSError, ValueError, LookupError, TypeError) as error:  # gone, or no request of ours
        log.warning("control_request_lost", error=repr(error))
    except Exception:
        log.exception("control_request_failed")
    finally:
        writer.close()


def ask_readings(folder: Path, last_point: int) -> Iterator[Slice]:
    """All readings of the points up to `last_point`, from the running server. Errors: ServerSilent."""
    try:
        with address(folder) as path, socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(WAIT_S)
            _connect(asking, path)
            asking.sendall(json.dumps({"do": "readings", "last_point": last_point}).encode() + b"\n")
            with asking.makefile("rb") as answers:
                while True:
                    done, length = head(_exactly(answers.read(HEAD_BYTES), HEAD_BYTES))
                    if not length:
                        return
                    yield Slice(done, unpacked(_exactly(answers.read(length), length)))
    except (OSError, ValueError) as error:
        raise ServerSilent(str(folder), detail=error) from error


def _connect(asking: socket.socket, path: str) -> None:
    """Connect, also to a server that is just starting. Errors: OSError."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            return asking.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _exactly(data: bytes, length: int) -> bytes:
    if len(data) < length:
        raise ConnectionError("the server stopped in the middle; its log says why")
    return data
