"""What a line of the log belongs to: ids that are bound once and stand in every line below.

`trace` is one id from the first byte of an upload to its last clip: the upload's, which becomes the
recording's. Only ids and codes are ever bound: no names, no words, no secrets.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_bound: ContextVar[Mapping[str, str | int]] = ContextVar("guanke_trace")


@contextmanager
def bound(**ids: str | int) -> Iterator[None]:
    """Add `ids` to every line that is logged within the block, in this thread or task."""
    token = _bound.set({**current(), **ids})
    try:
        yield
    finally:
        _bound.reset(token)


def current() -> Mapping[str, str | int]:
    """Return the ids that are bound here."""
    return _bound.get({})


def facts(**known: str | int | float | bool | None) -> Mapping[str, object]:
    """Return the `extra` of a log call: `log.info("step done", extra=facts(ms=12))`."""
    return {"facts": known}
