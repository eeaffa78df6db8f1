"""The pages as people use them: journeys in a real Chromium, a real server, real media.

The journeys are written in TypeScript beside the pages (`web/e2e`); here each file of them gets a
server over a data folder of its own.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from api.app import create_app
from tests.lesson import Served, services
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
JOURNEYS = sorted((WEB / "e2e").glob("*.e2e.ts"))


def test_there_are_journeys() -> None:
    """The folder of journeys is not empty, nor is the page left unbuilt."""
    assert JOURNEYS
    assert (ROOT / "api" / "web_dist" / "index.html").exists(), "run make web"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda path: path.name.partition(".")[0])
def test_journey(journey: Path, served: Served, tmp_path: Path) -> None:
    """One file of journeys passes."""
    house = tmp_path / "house"
    shutil.copytree(served.services.uploads.parent, house)
    with serving(create_app(services(house))) as address:
        stage = {
            "address": address,
            "lesson_id": served.lesson.id,
            "recording_id": served.recording.id,
            "accounts": {},
        }
        run = subprocess.run(
            [ROOT / "make" / "node.sh", "npm", "run", "--silent", "e2e", "--", journey.name],
            cwd=WEB,
            env={**os.environ, "GUANKE_STAGE": json.dumps(stage), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr
