"""A host as hosts are: it refuses Python's own name, and breaks off before the first answers are whole."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DATA = b"0123456789" * 1000


class Host(http.server.ThreadingHTTPServer):
    def __init__(self, breaks_off: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.breaks_off, self.asked = breaks_off, 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/file"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        self.server.asked += 1
        if "Python-urllib" in self.headers["User-Agent"]:
            self.send_error(403)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()
        self.wfile.write(DATA[:4000] if self.server.asked <= self.server.breaks_off else DATA)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def host(breaks_off: int = 0) -> Iterator[Host]:
    """`breaks_off`: how many answers are not whole."""
    with Host(breaks_off) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening
        listening.shutdown()
