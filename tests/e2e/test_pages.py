"""The pages as people use them: journeys in a real Chromium, a real server, real media.

The journeys are written in TypeScript beside the pages (`web/e2e`); here each file of them gets a
server over a data folder of its own.
"""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from api.app import create_app
from lessons import Utterance
from lessons.people import FIRST_SCHOOL_GROUP
from storage import passwords, people, transcripts
from storage.database import Database
from tests.crowd import crowd
from tests.lesson import Served, services
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
PASSWORD = "好记的密码 2026"
JOURNEYS = [
    pytest.param(path, id=path.name.partition(".")[0])
    for path in sorted((WEB / "e2e").glob("*.e2e.ts"))
]


def test_there_are_journeys() -> None:
    """The folder of journeys is not empty, nor is the page left unbuilt."""
    assert JOURNEYS
    assert (ROOT / "api" / "web_dist" / "index.html").exists(), "run make web"


def accounts(house: Path) -> dict[str, dict[str, str]]:
    """Give everybody of the data folder a password, and say how each role signs in."""
    database = Database.at(house)
    words = passwords.hashed(PASSWORD)
    with database.write() as connection:
        everybody = people.page(connection, FIRST_SCHOOL_GROUP)
        for person in everybody:
            passwords.keep(connection, person.id, words, one_time=False, actor="test")
    database.close()
    by_role = {person.roles[0]: person for person in reversed(everybody) if len(person.roles) == 1}
    return {
        role: {"account": person.staff_number, "password": PASSWORD}
        for role, person in by_role.items()
    }


def lengthen(house: Path, recording_id: str) -> None:
    """Give the lesson as many words as a whole one has: 1,200 lines, the first as they were."""
    database = Database.at(house)
    with database.write() as connection:
        kept = transcripts.get(connection, recording_id)
        assert kept
        more = (
            Utterance(start_ms=at, end_ms=at + 1900, text=f"第{n}句。{'说' * (n % 60)}")
            for n, at in enumerate(range(10_000, 2_402_000, 2000))
        )
        longer = replace(kept, utterances=(*kept.utterances, *more))
        transcripts.save(connection, recording_id, longer, "")
    database.close()


def check_sheet(file: Path) -> None:
    """What the lead downloaded opens, tells a large group's numbers and keeps a small one's."""
    sheet = load_workbook(file).worksheets[0]
    lines = {line[0]: line[1:] for line in sheet.values}
    assert lines["教研组"][0] == "应参加教师"
    assert lines["语文组"][0] == 12
    assert set(lines["音乐组"][:9]) == {"—"}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("journey", JOURNEYS)
def test_journey(journey: Path, served: Served, tmp_path: Path) -> None:
    """One file of journeys passes."""
    house = tmp_path / "house"
    shutil.copytree(served.services.uploads.parent, house)
    if journey.name.startswith("long"):
        lengthen(house, served.recording.id)
    if journey.name.startswith("overview"):
        database = Database.at(house)
        crowd(database, served.staff)
        database.close()
    downloads = tmp_path / "downloads"
    with serving(create_app(services(house))) as address:
        stage = {
            "address": address,
            "lesson_id": served.lesson.id,
            "recording_id": served.recording.id,
            "accounts": accounts(house),
        }
        run = subprocess.run(
            [ROOT / "make" / "node.sh", "npm", "run", "--silent", "e2e", "--", journey.name],
            cwd=WEB,
            env={
                **os.environ,
                "GUANKE_STAGE": json.dumps(stage),
                "NO_COLOR": "1",
                "GUANKE_DOWNLOADS": str(downloads),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    if journey.name.startswith("overview"):
        check_sheet(downloads / "guanke-groups.xlsx")
