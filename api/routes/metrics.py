"""Figures for Prometheus, at `/metrics`."""

import ipaddress
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from api.exposition import MEDIA_TYPE, rendered
from api.measures import gathered
from api.policy import May, Right
from api.services import Held
from lessons.people import Viewer

router = APIRouter(tags=["metrics"])
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class Measure(May):
    """Lets in this machine itself; from elsewhere only who holds the right, or a key for it."""

    def __call__(self, request: Request) -> Viewer | None:  # type: ignore[override]  # nobody asks in person
        """Return who asks; None where it is a program on this machine.

        Raises:
            NotSignedIn, PasswordToChange, RoleMissing, ScopeMissing: see `May`.
        """
        if "authorization" not in request.headers and _from_here(request):
            return None
        return super().__call__(request)


Measures = Annotated[Viewer | None, Depends(Measure(Right.MEASURE))]


@router.get("/metrics", response_class=PlainTextResponse)
def read_metrics(_: Measures, held: Held) -> PlainTextResponse:
    """Read every figure in Prometheus' text format.

    Open to this machine itself; from elsewhere it takes an API key with the scope `measure`.
    """
    return PlainTextResponse(rendered(gathered(held)), media_type=MEDIA_TYPE)


def _from_here(request: Request) -> bool:
    """Return whether a program on this machine asks us directly, and no proxy for somebody else."""
    host, colon, port = request.headers.get("host", "").rpartition(":")
    if not (colon and port.isdigit()):
        host = request.headers.get("host", "")
    if host not in OWN_NAMES or any(header in request.headers for header in FORWARDED):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
