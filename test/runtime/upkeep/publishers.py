"""Stand-ins for everybody who is asked for newer versions: one server here that answers as each of them does."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from conftest import LIMITS
from wheel_pipeline.upkeep.web import Addresses, Web

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OLD, YOUNG = "2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z"
"""Before the seven days of the cooldown, and within them."""


class Publishers:
    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Any] = {}
        """What is answered, by path: data, text, or a status."""
        self.asked: list[tuple[str, str, str]] = []
        """Method, path with query, and token."""
        addresses = Addresses(*(f"{address}/{each}" for each in ("github", "python", "conda", "hub", "quay", "lunarg")))
        self.web = Web(LIMITS, "the-token", addresses)

    def answer(self, **paths: Any) -> None:
        self.answers |= paths

    def releases(self, repository: str, *releases: tuple[str, str], **commits: str) -> None:
        """Releases of a repository, each by its tag and day, and the commits of the tags."""
        listed = [
            {"tag_name": tag, "draft": False, "prerelease": False, "published_at": day, "body": "", "assets": []}
            for tag, day in releases
        ]
        self.answers[f"/github/repos/{repository}/releases"] = listed
        for tag, commit in commits.items():
            at = f"/github/repos/{repository}/git"
            self.answers[f"{at}/ref/tags/{tag.replace('_', '.')}"] = {"object": {"type": "tag", "sha": f"of-{commit}"}}
            self.answers[f"{at}/tags/of-{commit}"] = {"object": {"type": "commit", "sha": commit}}

    def distribution(self, name: str, *versions: tuple[str, str], **requires: list[str]) -> None:
        """A distribution's versions, each with its day; what a version requires stands under v1_0."""
        files = {}
        for version, day in versions:
            filename = f"{name}-{version}-py3-none-any.whl"
            hashes = {"sha256": f"{name}-{version}".encode().hex().ljust(64, "0")[:64]}
            about = {"yanked": False, "requires_python": ">=3.9", "upload_time_iso_8601": day}
            files[version] = [{"filename": filename, "digests": hashes, **about}]
            told = {"info": {"requires_dist": requires.get(f"v{version.replace('.', '_')}", [])}}
            self.answers[f"/python/pypi/{name}/{version}/json"] = told
        self.answers[f"/python/pypi/{name}/json"] = {"releases": files}

    def conda(self, name: str, *files: tuple[str, str, str], labels: Sequence[str] = ("main",)) -> None:
        """A package's files, each by version, subdirectory and day; of several calls all."""
        self.answers.setdefault(f"/conda/package/conda-forge/{name}/files", []).extend(
            {"version": version, "attrs": {"subdir": subdir}, "upload_time": day, "labels": list(labels)}
            for version, subdir, day in files
        )


@contextmanager
def publishers() -> Iterator[Publishers]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            server.asked.append((self.command, self.path, self.headers.get("Authorization", "")))
            page = "page=1" in path.query.split("&") or "page=" not in path.query.replace("per_page=", "")
            answer = server.answers.get(f"{self.command} {path.path}", server.answers.get(path.path, 404))
            status, headers = answer if isinstance(answer, tuple) else (200, {})
            if isinstance(answer, int):
                status = answer
            data = [] if isinstance(answer, list) and not page else answer
            body = b"" if isinstance(answer, int | tuple) else data.encode() if isinstance(data, str) else to_json(data)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_DELETE = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server = Publishers(f"http://127.0.0.1:{listening.server_port}")
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield server
        listening.shutdown()


def to_json(data: Any) -> bytes:
    return json.dumps(data).encode()
