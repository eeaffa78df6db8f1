"""Every route says who may ask, and the OpenAPI document says everything else."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.routing import Mount, Route

from api.app import create_app
from api.policy import declared
from tests.lesson import services

# A program of its own: only the web process, as it runs, without what tests have loaded.
SMALL = """
import json, sys
from pathlib import Path
from fastapi.testclient import TestClient
from api.app import create_app
from api.services import Services
from guanke.commands.api import services
from guanke.house import open_house
from guanke.settings import read_settings
from storage.migrate import migrate

house = open_house(read_settings(data=Path(sys.argv[1])))
migrate(house.database)
with TestClient(create_app(services(house)), base_url="http://127.0.0.1") as client:
    for path in ("openapi.json", "lessons", "search?q=数", "competencies", "health/ready"):
        client.get(f"/api/v1/{path}")
status = Path("/proc/self/status").read_text()
resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
print(json.dumps([int(resident), sorted(sys.modules)]))
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application over an empty data folder."""
    return create_app(services(tmp_path_factory.mktemp("routes")))


@pytest.fixture(scope="module")
def document(app: FastAPI) -> Any:
    """The OpenAPI document."""
    return app.openapi()


def routes(container: Any) -> Iterator[Any]:
    """Yield every route below an application or a router, included ones too."""
    for route in container.routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from routes(included)


def test_every_route_declares_its_policy(app: FastAPI) -> None:
    """A route without exactly one right is a hole; only the page and the document have none."""
    found = list(routes(app))
    assert {len(declared(route)) for route in found if isinstance(route, APIRoute)} == {1}
    others = [route for route in found if not isinstance(route, APIRoute)]
    assert {route.path for route in others if isinstance(route, Route)} == {"/api/v1/openapi.json"}
    assert [route.name for route in others if isinstance(route, Mount)] == ["page"]
    assert len(found) > 50


def test_every_route_file_is_included(document: Any) -> None:
    """Each noun's router is part of the application."""
    tags = {tag for path in document["paths"].values() for o in path.values() for tag in o["tags"]}
    folder = Path(importlib.import_module("api.routes").__path__[0])
    assert tags == {file.stem for file in folder.glob("[a-z]*.py")}


def test_every_operation_is_described(document: Any) -> None:
    """A name of its own, a sentence, a tag, and what a problem looks like."""
    operations = [o for path in document["paths"].values() for o in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert operation["description"].endswith("."), operation["operationId"]
        assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_every_noun_has_its_meaning_and_an_example(document: Any) -> None:
    """No component of the document is without words."""
    for name, schema in document["components"]["schemas"].items():
        if name.startswith("Body_"):
            continue  # a form: its fields speak for themselves
        assert schema.get("description"), name
        if schema["type"] == "object" and name != "Problem":
            assert schema["examples"], name


def test_examples_are_accepted(app: FastAPI, document: Any) -> None:
    """What the document shows as a request body is one."""
    examples = document["components"]["schemas"]
    bodies = 0
    for route in routes(app):
        if isinstance(route, APIRoute) and route.body_field is not None:
            annotation: Any = route.body_field.field_info.annotation
            example = examples.get(getattr(annotation, "__name__", ""), {}).get("examples")
            if example:
                assert TypeAdapter(annotation).validate_python(example[0])
                bodies += 1
    assert bodies > 10


def test_the_web_process_stays_small(tmp_path: Path) -> None:
    """It loads neither OpenCV, NumPy nor a recogniser, and stays far below 250 MB."""
    run = subprocess.run(
        [sys.executable, "-c", SMALL, tmp_path], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    resident_kb, loaded = json.loads(run.stdout.splitlines()[-1])
    assert not {"cv2", "numpy", "faster_whisper", "ctranslate2", "onnxruntime"} & set(loaded)
    assert resident_kb < 250_000
