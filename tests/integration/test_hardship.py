"""Nonsense in the settings, and a disk that fills while it works, are said clearly."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.media import make_lesson, moving, tone

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [("GUANKE_PORT", "eighty"), ("GUANKE_LADDER", "tall"), ("GUANKE_LEASE_S", "-1")],
)
def test_nonsense_in_the_settings_is_named(name: str, value: str) -> None:
    """By the setting's name and what it was set to: that is usage, 2."""
    done = subprocess.run(
        [sys.executable, "-m", "guanke", "doctor"],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env=os.environ | {"LANG": "zh_CN.UTF-8", name: value},
    )
    assert done.returncode == 2
    assert name in done.stderr
    assert value in done.stderr
    assert "Traceback" not in done.stderr


def guanke(data: Path, *words: str, most: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command; no file of its, or of what it starts, may become larger than `most`."""
    environment: Mapping[str, str] = os.environ | {"LANG": "zh_CN.UTF-8", "GUANKE_LADDER": "[180]"}

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most or 0, most or 0))

    return subprocess.run(
        [sys.executable, "-m", "guanke", *words, "--data", str(data)],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env=environment,
        preexec_fn=limited if most else None,  # no thread runs here
    )


def test_a_disk_that_fills_while_it_works(tmp_path: Path) -> None:
    """Taken in, then no room for what is made of it: 4 and why; with room, it becomes ready."""
    picture, sound = moving(70), tone(70)
    lesson = make_lesson(tmp_path, picture=picture, sound=sound)
    data = tmp_path / "data"
    ready = guanke(data, "doctor")
    assert ready.returncode == 0, ready.stderr
    full = guanke(data, "process", str(lesson), "--language", "zh", most=2_000_000)
    assert full.returncode == 4, full.stderr
    assert "空间" in full.stderr
    assert "Traceback" not in full.stderr
    again = guanke(data, "process", str(lesson), "--language", "zh", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["recording"]["state"] == "ready"
    assert guanke(data, "fsck", "--deep").returncode == 0
