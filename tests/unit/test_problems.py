"""Every error has its answer, in both languages."""

import pytest
from starlette.requests import Request

from api.errors import STATUS, TITLES, language_of, status_of
from lessons.errors import Conflict, DiskFull, GuankeError, MediaTooLarge, NotFound


@pytest.mark.parametrize("kind", list(GuankeError.kinds()), ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_with_a_title(kind: type[GuankeError]) -> None:
    """No error is without its place in the table, no status without its words."""
    assert status_of(kind()) in TITLES


def test_the_nearest_family_decides() -> None:
    """A kind with its own line in the table does not take its family's."""
    found = [status_of(kind()) for kind in (NotFound, Conflict, DiskFull, MediaTooLarge)]
    assert found == [404, 409, 507, 413]
    assert set(STATUS.values()) <= set(TITLES)


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("zh;q=0.2, en;q=0.7", "en"),
        ("fr", "zh"),
        (";;q=x,,", "zh"),
    ],
)
def test_the_reader_chooses_the_language(wish: str, language: str) -> None:
    """Accept-Language decides, Chinese where it says nothing."""
    request = Request({"type": "http", "headers": [(b"accept-language", wish.encode())]})
    assert language_of(request) == language
