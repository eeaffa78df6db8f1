"""A real upload in a real Chromium, while the server is killed in the middle of it."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from storage.migrate import migrate
from tests.e2e.test_pages import ROOT, WEB, accounts
from tests.killing import Server
from tests.media import X264, make_lesson, moving
from tests.signed_in import staff_of


@pytest.mark.timeout(900)
def test_an_upload_outlives_the_server(tmp_path: Path) -> None:
    """Bytes, lesson and processing are whole after SIGKILL at half of the upload."""
    film = make_lesson(
        tmp_path,
        "七3班 生长的豆芽.mp4",
        picture=f"{moving(8, size='640x360')},noise=alls=60:allf=t",
        sound=None,
        options=(*X264, "-crf", "18", "-g", "50"),
    )
    server = Server(tmp_path / "data", GUANKE_LADDER="[180]")
    migrate(server.database)
    staff_of(server.database)
    stage = {
        "address": server.address,
        "lesson_id": "",
        "recording_id": "",
        "accounts": accounts(server.folder),
    }
    environment = {
        **os.environ,
        "GUANKE_STAGE": json.dumps(stage),
        "GUANKE_FILE": str(film),
        "NO_COLOR": "1",
    }
    with server:
        journey = subprocess.Popen(
            [ROOT / "make" / "node.sh", "npm", "run", "--silent", "e2e", "--", "upload-kill"],
            cwd=WEB,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            while journey.poll() is None and server.acknowledged() < film.stat().st_size // 4:
                time.sleep(0.1)
            server.kill()
            time.sleep(3)
            server.start()
            said, _ = journey.communicate(timeout=800)
        finally:
            journey.kill()
    assert journey.returncode == 0, said
