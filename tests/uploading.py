"""What tests of uploads share: a tus request in one line, and a way to look behind the door."""

import base64
import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from api.services import Services
from lessons import Upload, Viewer
from storage import uploads
from tests.serving import serving
from tests.signed_in import cookies

PATH = "/api/v1/uploads"
TUS = {"tus-resumable": "1.0.0"}
PATIENCE = 60.0  # a busy machine is no error
RANDOM = random.Random(7)
BODY = TUS | {"content-type": "application/offset+octet-stream"}


@contextmanager
def sending(house: Services, operator: Viewer) -> Iterator[httpx.Client]:
    """Yield a client of a real server over `house`, in which an operator is signed in."""
    headers = dict(cookies(house, operator))
    with (
        serving(create_app(house)) as address,
        httpx.Client(base_url=address, timeout=PATIENCE, headers=headers) as client,
    ):
        yield client


def one_of_a_kind(length: int = 3 << 20) -> tuple[bytes, str]:
    """Return bytes that no other test sends, and their SHA-256."""
    data = RANDOM.randbytes(length)
    return data, hashlib.sha256(data).hexdigest()


def size_of(house: Services, path: str) -> int:
    """Return how many bytes of an upload are on the disk."""
    file = file_of(house, path)
    return file.stat().st_size if file.exists() else 0


def metadata(**said: str) -> str:
    """Return an `Upload-Metadata` header."""
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())


def begin(client: httpx.Client, length: int, **said: str) -> str:
    """Begin an upload and return its path."""
    said = {"filename": "七3班.mp4"} | said
    headers = TUS | {"upload-length": str(length), "upload-metadata": metadata(**said)}
    answer = client.post(PATH, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def send(
    client: httpx.Client,
    path: str,
    offset: int,
    body: bytes | Iterable[bytes],
    **headers: str,
) -> httpx.Response:
    """Send bytes for an offset."""
    said: Mapping[str, str] = BODY | {"upload-offset": str(offset)} | headers
    return client.patch(path, headers=said, content=body)


def offset_of(client: httpx.Client, path: str) -> int:
    """Ask how far an upload is."""
    answer = client.head(path, headers=TUS)
    assert answer.status_code == 200, answer.status_code
    return int(answer.headers["upload-offset"])


def read(client: httpx.Client, path: str) -> Any:
    """Read an upload."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def file_of(house: Services, path: str) -> Path:
    """Return where the bytes of an upload grow."""
    return house.uploads / f"{path.rpartition('/')[2]}.upload"


def kept(house: Services, path: str) -> Upload:
    """Return the row of an upload."""
    with house.database.read() as connection:
        return uploads.get(connection, path.rpartition("/")[2])


def stored(house: Services, digest: str) -> bytes:
    """Return what the store holds."""
    return b"".join(house.store.read(digest))
