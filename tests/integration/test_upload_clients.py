"""The clients that browsers use, against the real server: they break off, go on, and finish."""

import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from api.services import Services
from tests.uploading import PATH, one_of_a_kind, stored

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("client", ["tus-js-client", "uppy"])
def test_clients_of_browsers_finish(
    client: str, sender: httpx.Client, empty_house: Services, tmp_path: Path
) -> None:
    """tus-js-client and Uppy send a file in pieces, break off, and go on."""
    whole, digest = one_of_a_kind(3_000_000)
    film = tmp_path / "a.mp4"
    film.write_bytes(whole)
    headers = {k: sender.headers[k] for k in ("cookie", "x-csrf-token")}
    run = subprocess.run(
        [ROOT / "make" / "node.sh", "node", f"tests/clients/{client}.mjs"],
        cwd=ROOT / "web",
        env={
            **os.environ,
            "GUANKE_UPLOADS": str(sender.base_url.join(PATH)),
            "GUANKE_FILE": str(film),
            "GUANKE_HEADERS": json.dumps(headers),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert stored(empty_house, digest) == whole
