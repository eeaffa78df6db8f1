"""One line of the log for each request, and an id that binds all that it causes.

The address is logged as its pattern: what stands in it may be a ticket or somebody's words.
"""

import logging
import time
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lessons import new_id
from lessons.trace import bound, facts

log = logging.getLogger("guanke.api")
HEADER = "x-request-id"
TRACED = ("upload_id", "recording_id")  # what they name is on its way from upload to clip
OFTEN = ("/api/v1/health/", "/metrics")  # asked every few seconds by programs


class RequestLog:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through; log how it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, began, status = new_id(), time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with bound(request=request_id):
            try:
                await self.app(scope, receive, send_named)
            finally:
                level = logging.DEBUG if scope["path"].startswith(OFTEN) else logging.INFO
                log.log(level, "request answered", extra=_line(scope, status, began))


def _line(scope: Scope, status: int, began: float) -> Mapping[str, object]:
    named = scope.get("path_params") or {}
    trace = next((str(named[name]) for name in TRACED if name in named), None)
    pattern = getattr(scope.get("route"), "path", None)
    ms = round((time.perf_counter() - began) * 1000, 1)
    ids = {} if trace is None else {"trace": trace}
    return facts(method=scope["method"], route=pattern, status=status, ms=ms, **ids)
