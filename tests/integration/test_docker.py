"""The files of docker/ name only what the program has: commands, options, settings, queues."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from guanke.cli import COMMANDS
from guanke.settings import Settings
from processing.plan import Queue

FOLDER = Path(__file__).parents[2] / "docker"
COMPOSE: Any = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: s for name, s in SERVICES.items() if str(s["image"]).startswith("guanke-")}
NO_FIELDS = {"settings", "secrets"}  # where settings are read from; not settings themselves
OF_THE_FILE = {"name", "tls", "version"}  # of docker/, not of the program


def test_every_setting_exists() -> None:
    """A misspelt setting would be passed over in silence."""
    named = {k.removeprefix("GUANKE_").lower() for s in OURS.values() for k in s["environment"]}
    named |= {s["target"].removeprefix("guanke_") for o in OURS.values() for s in o["secrets"]}
    named |= {name.lower() for name in re.findall(r"\bGUANKE_(\w+)=", DOCKERFILE)}
    assert len(named) > 8
    assert not named - set(Settings.model_fields) - NO_FIELDS


def test_what_the_file_asks_for_is_written_down() -> None:
    """What an administrator has to give stands on the page of it."""
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    asked = {name.lower() for name in re.findall(r"\$\{GUANKE_(\w+)", text)}
    assert asked == OF_THE_FILE
    page = (FOLDER.parent / "docs" / "deployment-docker.md").read_text(encoding="utf-8")
    assert not [name for name in asked if f"GUANKE_{name.upper()}" not in page]


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_and_queue_exists(name: str) -> None:
    """What a container starts is a command of ours, on queues that there are."""
    command, *options = OURS[name]["command"]
    assert command in COMMANDS
    if command == "worker":
        queues = options[options.index("--queues") + 1].split(",")
        assert set(queues) <= {queue.value for queue in Queue}


def test_every_queue_is_served() -> None:
    """No step waits for a container that is not there."""
    served = {
        queue
        for service in OURS.values()
        if service["command"][0] == "worker"
        for queue in service["command"][2].split(",")
    }
    assert served == {queue.value for queue in Queue}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_is_guarded(name: str) -> None:
    """Limits, no new privileges, no capabilities beyond those it names; only the proxy is seen."""
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert ("ports" in service) == (name == "proxy")
    outside = set(service["networks"]) & {"outside"}
    assert bool(outside) == (name == "proxy")
    if name in OURS:
        assert service["read_only"]
        assert "USER 10001:10001" in DOCKERFILE
    for network in ("front", "inside"):
        assert COMPOSE["networks"][network]["internal"]


def test_secrets_are_files() -> None:
    """No secret stands in the file or in an environment."""
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("secrets/")
    plain = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    assert not re.search(r"(?i)(password|secret_key|access_key): *[^\s{\[/]", plain)


def test_the_image_of_the_api_is_small() -> None:
    """It is built without what only a worker needs."""
    stage = DOCKERFILE.split("AS build-api")[1].split("FROM")[0]
    assert "--extra worker" not in stage
    assert "--extra district" in stage
