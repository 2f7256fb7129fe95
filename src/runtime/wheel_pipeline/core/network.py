"""What all that is asked over HTTP has in common."""

from __future__ import annotations

import http.client

HEADERS = {"User-Agent": "wheel-pipeline"}
"""Some hosts refuse the name that Python's library gives itself."""

NO_ANSWER = (OSError, http.client.HTTPException)
"""How the library says that a host does not answer, or breaks off."""
