"""The program that docs/api.md shows is run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
PROGRAM = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_program_of_the_page_sends_a_lesson(sender: httpx.Client, tmp_path: Path) -> None:
    """With a key of its own it uploads a file and hears where the recording is."""
    (program,) = PROGRAM.findall(PAGE.read_text(encoding="utf-8"))
    wanted = {"name": "录播主机", "scopes": ["upload", "look", "operate"], "days": 1}
    made = sender.post("/api/v1/me/keys", json=wanted).json()
    film = tmp_path / "七3班.mp4"
    film.write_bytes(os.urandom(4096))
    environment = os.environ | {"GUANKE_ADDRESS": _address(sender), "GUANKE_KEY": made["secret"]}
    with subprocess.Popen(
        [sys.executable, "-c", program, film], env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() in ("admitted\n", "processing\n")
        running.terminate()


def _address(client: httpx.Client) -> str:
    return str(client.base_url).rstrip("/")
