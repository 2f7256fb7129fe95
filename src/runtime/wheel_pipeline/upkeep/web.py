"""Asks those who publish what is pinned, over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

from ..core.errors import Failure, Passing
from ..core.network import HEADERS, NO_ANSWER
from ..core.retry import retry
from ..plan import Limits

PAGE = 100  # entries of a page, the most that each of them gives
PAGES = 20  # of a list at most: nothing that is asked for has more


class NotFound(Failure):
    """An HTTP 404 response."""


@dataclass(frozen=True)
class Addresses:
    """Who is asked."""

    github: str = "https://api.github.com"
    python: str = "https://pypi.org"
    conda: str = "https://api.anaconda.org"
    docker_hub: str = "https://hub.docker.com"
    quay: str = "https://quay.io"
    lunarg: str = "https://vulkan.lunarg.com"


class Web:
    """Asks again where that can help. The token is for GitHub alone."""

    def __init__(self, limits: Limits, token: str, addresses: Addresses | None = None) -> None:
        self.limits, self.token, self.at = limits, token, addresses or Addresses()

    def ask(self, url: str, method: str = "GET", accept: str = "*/*") -> tuple[bytes, Message]:
        """What an address answers, and its headers."""
        request = urllib.request.Request(url, method=method, headers={"Accept": accept, **HEADERS})
        if self.token and url.startswith(f"{self.at.github}/"):
            # Not handed on to where GitHub sends us: files are somebody else's.
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")

        def answer_of() -> tuple[bytes, Message]:
            try:
                with urllib.request.urlopen(request, timeout=self.limits.command) as answer:
                    return answer.read(), answer.headers
            except urllib.error.HTTPError as error:
                kind: type[Failure] = Passing if error.code >= 500 or error.code == 429 else Failure
                kind = NotFound if error.code == 404 else kind
                reason = f"HTTP {error.code} {error.reason}"
            except NO_ANSWER as error:
                kind, reason = Passing, str(error) or type(error).__name__
            raise kind(f"{method} {url} failed ({reason}): see whether it answers, and run this again")

        return retry(answer_of, self.limits)

    def text(self, url: str) -> str:
        return self.ask(url)[0].decode("utf-8", "replace")

    def json(self, url: str) -> Any:
        try:
            return json.loads(self.text(url))
        except ValueError as error:
            raise Failure(f"{url} does not answer with JSON ({error}): has its API changed?") from error

    def pages(self, url: str) -> Iterator[Any]:
        """Every entry of a list of GitHub's."""
        separator = "&" if "?" in url else "?"
        for page in range(1, PAGES + 1):
            entries = self.json(f"{url}{separator}per_page={PAGE}&page={page}")
            yield from entries
            if len(entries) < PAGE:
                return
        raise Failure(f"{url} has more than {PAGE * PAGES} entries, which nobody expected: nothing is done")
