"""Stands before every route: who may call us by which name, and what a browser may do with us.

A page from elsewhere must not reach a service on this machine. It can't name us (Host), it can't
write (Origin, Sec-Fetch-Site), and it can't embed what we send (the headers below).
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import language_of, problem

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
HEADERS = {
    "content-security-policy": (
        # Scripts are files of ours and nothing else. Styles may stand in the page: the player's
        # controls and the waveform bring theirs into their own shadow trees. The player empties a
        # track of captions with `data:,WEBVTT` when its page is left.
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; "
        "media-src 'self' blob: data:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Guard:
    """ASGI middleware that refuses foreign callers and sets the headers of every answer."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or let the request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        code = self._refusal(scope["method"], Headers(scope=scope))
        if code is None:
            await self.app(scope, receive, send_guarded)
        else:
            refusal = problem(403, language_of(Request(scope)), code=code)
            await refusal(scope, receive, send_guarded)

    def _refusal(self, method: str, headers: Headers) -> str | None:
        host = headers.get("host", "")
        if _without_port(host) not in self.hosts:
            return "host-refused"
        if method in SAFE_METHODS:
            return None
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return "cross-site-refused"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return "cross-site-refused"
        return None


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()
