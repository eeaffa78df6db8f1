"""How the built page is served, and what stands there without a build."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.pages import Pages
from tests.lesson import services


def client(folder: Path, built: Path) -> TestClient:
    """Return a client of an application whose page lies in `built`."""
    app: FastAPI = create_app(services(folder))
    app.router.routes.pop()
    app.mount("/", Pages(built), name="page")
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder that looks like a build."""
    folder = tmp_path / "web_dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<title>the page</title>")
    (folder / "assets" / "index-abc.js").write_text("1")
    (folder / "favicon.svg").write_text("<svg/>")
    return folder


def test_the_page_answers_at_every_address_of_its_own(tmp_path: Path, built: Path) -> None:
    """A reload deep inside the page finds it again, never from an old copy."""
    with client(tmp_path, built) as web:
        for address in ("/", "/index.html", "/lessons/1?t=3", "/sign-in"):
            answer = web.get(address)
            assert (answer.status_code, answer.text) == (200, "<title>the page</title>")
            assert answer.headers["cache-control"] == "no-cache"
            assert "script-src" not in answer.headers["content-security-policy"]
            assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_files_with_a_digest_are_kept_for_ever(tmp_path: Path, built: Path) -> None:
    """Assets are immutable; a missing one is missing, and other files are asked for again."""
    with client(tmp_path, built) as web:
        assert "immutable" in web.get("/assets/index-abc.js").headers["cache-control"]
        assert web.get("/assets/index-old.js").status_code == 404
        assert web.get("/favicon.svg").headers["cache-control"] == "no-cache"


def test_programs_never_get_the_page(tmp_path: Path, built: Path) -> None:
    """A wrong address below /api or /media is a problem in JSON."""
    with client(tmp_path, built) as web:
        for address in ("/api/v1/nothing", "/api", "/media/nothing"):
            answer = web.get(address)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_outside_the_build_is_served(tmp_path: Path, built: Path) -> None:
    """A path that climbs out of the folder gets the page and no file."""
    (tmp_path / "secret.txt").write_text("secret")
    with client(tmp_path, built) as web:
        assert "secret" not in web.get("/%2e%2e/secret.txt").text


def test_without_a_build_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    """In both languages."""
    with client(tmp_path, tmp_path / "none") as web:
        answer = web.get("/")
        assert answer.status_code == 200
        assert answer.text.count("make web") == 2
