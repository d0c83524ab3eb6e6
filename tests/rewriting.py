"""A server that passes requests on under other paths: asked as a product that cannot be run here."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3

Rewrite = Callable[[str], str]  # "/path?query" of a request → the full URL that gets it


@contextmanager
def passing_on(rewrite: Rewrite) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Yields its port and a growing list of (path with query, Authorization) of what was asked."""
    asked: list[tuple[str, str]] = []
    pool = urllib3.PoolManager(retries=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked.append((self.path, self.headers.get("Authorization", "")))
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = {"content-type", "content-encoding"}
            headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
            answer = pool.request(
                self.command, rewrite(self.path), body=body, headers=headers, decode_content=True
            )
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.data)))
            if "X-Influxdb-Version" in answer.headers:
                self.send_header("X-Influxdb-Version", answer.headers["X-Influxdb-Version"])
            self.end_headers()
            self.wfile.write(answer.data)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pool.clear()
