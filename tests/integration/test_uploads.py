"""tus 1.0 as its clients meet it: creation, bytes, checksum, expiry, receipt."""

import base64
import dataclasses
import hashlib
from pathlib import Path

import httpx
import pytest

from api.services import Services
from tests.lesson import services
from tests.signed_in import staff_of
from tests.uploading import (
    BODY,
    PATH,
    TUS,
    begin,
    file_of,
    kept,
    metadata,
    offset_of,
    one_of_a_kind,
    read,
    send,
    sending,
    size_of,
    stored,
)


def test_options_tell_what_can_be_done(sender: httpx.Client) -> None:
    """Version, extensions, largest file and checksums, without an account."""
    answer = sender.options(PATH)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    extensions = set(answer.headers["tus-extension"].split(","))
    wanted = {"creation", "creation-with-upload", "checksum", "expiration", "termination"}
    assert extensions == wanted
    assert int(answer.headers["tus-max-size"]) > 1 << 30
    assert "sha1" in answer.headers["tus-checksum-algorithm"].split(",")


def test_a_file_in_pieces_becomes_a_lesson(sender: httpx.Client, empty_house: Services) -> None:
    """Its bytes, its facts and its receipt are those that were sent; nothing is left behind."""
    data, digest = one_of_a_kind()
    path = begin(sender, len(data), title="分数的加法", teacher="李老师", taught_on="2026-11-23")
    cut = 2_000_001
    first = send(sender, path, 0, data[:cut])
    assert (first.status_code, first.headers["upload-offset"]) == (204, str(cut))
    assert "GMT" in first.headers["upload-expires"]
    assert offset_of(sender, path) == cut
    assert send(sender, path, cut, data[cut:]).status_code == 204
    upload = read(sender, path)
    assert (upload["state"], upload["sha256"], upload["new"]) == ("admitted", digest, True)
    assert stored(empty_house, digest) == data
    assert not file_of(empty_house, path).exists()
    lesson = sender.get(f"/api/v1/lessons/{upload['lesson_id']}").json()
    assert (lesson["title"], lesson["teacher"]) == ("分数的加法", "李老师")
    assert lesson["taught_on"] == "2026-11-23"
    receipt = sender.get(f"/api/v1/recordings/{upload['recording_id']}/receipt").json()
    assert (receipt["sha256"], receipt["bytes"]) == (digest, len(data))
    assert receipt["file_name"] == "七3班.mp4"
    assert offset_of(sender, path) == len(data)  # whoever lost the last answer is told


def test_one_request_is_enough(sender: httpx.Client) -> None:
    """Creation with upload: curl needs one line."""
    data, digest = one_of_a_kind()
    headers = BODY | {
        "upload-length": str(len(data)),
        "upload-metadata": metadata(filename="a.mp4"),
    }
    answer = sender.post(PATH, headers=headers, content=data)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(len(data)))
    assert (answer.json()["state"], answer.json()["sha256"]) == ("admitted", digest)
    assert answer.json()["facts"]["title"] == "a"


def test_the_same_bytes_are_the_same_recording(sender: httpx.Client) -> None:
    """A twin is found before it is sent, and recognised after."""
    path = begin(sender, 9)
    send(sender, path, 0, b"x" * 9)
    first = read(sender, path)
    fingerprint = hashlib.sha256(b"9" + b"x" * 9).hexdigest()
    hints: list[dict[str, str]] = [
        {"fingerprint": fingerprint},
        {"sha256": first["sha256"]},
        {"file_name": "七3班.mp4"},
    ]
    for hint in hints:
        found = sender.get(f"{PATH}/twins", params={"bytes": "9"} | hint).json()
        (twin,) = found["recordings"]
        assert twin["recording_id"] == first["recording_id"]
        assert twin["certain"] is ("sha256" in hint)
    other = sender.get(f"{PATH}/twins", params={"bytes": 8, "file_name": "七3班.mp4"}).json()
    assert other == {"recordings": [], "uploads": []}
    again = begin(sender, 9, filename="b.mp4", fingerprint=fingerprint)
    under_way = sender.get(f"{PATH}/twins", params={"bytes": 9, "fingerprint": fingerprint}).json()
    assert [u["id"] for u in under_way["uploads"]] == [again.rpartition("/")[2]]
    send(sender, again, 0, b"x" * 9)
    second = read(sender, again)
    assert (second["new"], second["recording_id"]) == (False, first["recording_id"])
    assert second["lesson_id"] == first["lesson_id"]


def test_facts_are_written_while_bytes_come_in(sender: httpx.Client) -> None:
    """The lesson is called what was written last; a stale writer and a late one are told so."""
    path = begin(sender, 10)
    send(sender, path, 0, b"12345")
    facts = {"title": "二次函数", "subject": "数学", "revision": 1}
    assert sender.put(f"{path}/facts", json=facts).json()["revision"] == 2
    assert sender.put(f"{path}/facts", json=facts).status_code == 409
    send(sender, path, 5, b"67890")
    upload = read(sender, path)
    lesson = sender.get(f"/api/v1/lessons/{upload['lesson_id']}").json()
    assert (lesson["title"], lesson["subject"]) == ("二次函数", "数学")
    assert sender.put(f"{path}/facts", json=facts | {"revision": 2}).status_code == 410


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_damaged_bytes_are_not_kept(
    sender: httpx.Client, empty_house: Services, algorithm: str
) -> None:
    """A request whose checksum differs changes nothing; the same bytes unharmed are taken."""
    data, digest = one_of_a_kind()
    path = begin(sender, len(data), sha256=digest)
    half = len(data) // 2
    right = base64.b64encode(hashlib.new(algorithm, data[:half]).digest()).decode()
    said = {"upload-checksum": f"{algorithm} {right}"}
    damaged = bytes([data[0] ^ 1]) + data[1:half]
    assert send(sender, path, 0, damaged, **said).status_code == 460
    assert (kept(empty_house, path).offset, size_of(empty_house, path)) == (0, 0)
    assert send(sender, path, 0, data[:half], **said).status_code == 204
    assert send(sender, path, half, data[half:]).status_code == 204
    assert read(sender, path)["sha256"] == digest


def test_a_cancelled_upload_is_gone(sender: httpx.Client, empty_house: Services) -> None:
    """Its bytes go at once, and nobody can go on with it."""
    path = begin(sender, 10)
    send(sender, path, 0, b"12345")
    assert sender.delete(path, headers=TUS).status_code == 204
    assert not file_of(empty_house, path).exists()
    assert sender.head(path, headers=TUS).status_code == 410
    assert sender.delete(path, headers=TUS).status_code == 410


def test_what_is_not_what_was_announced_is_refused(
    sender: httpx.Client, empty_house: Services
) -> None:
    """The sender's SHA-256 is held against what came; the reason is said, nothing is kept."""
    path = begin(sender, 5, sha256="0" * 64)
    answer = send(sender, path, 0, b"wrong")
    assert (answer.status_code, answer.json()["code"]) == (422, "upload-damaged")
    upload = read(sender, path)
    assert (upload["state"], upload["error_code"]) == ("refused", "upload-damaged")
    assert not file_of(empty_house, path).exists()
    assert upload["recording_id"] is None


def test_room_is_reserved_before_a_byte_comes(tmp_path: Path) -> None:
    """Quota and disk count what was announced; a cancelled upload gives its room back."""
    house = services(tmp_path)
    terms = dataclasses.replace(house.upload_terms, quota_bytes=100)
    limited = dataclasses.replace(house, upload_terms=terms, max_upload_bytes=1000)
    refused = {"upload-metadata": metadata(filename="a.mp4")} | TUS
    operator = staff_of(house.database).operator
    with sending(limited, operator) as client:
        first = begin(client, 60)
        answer = client.post(PATH, headers=refused | {"upload-length": "41"})
        assert (answer.status_code, answer.json()["code"]) == (413, "quota-exceeded")
        assert answer.json()["facts"]["left"] == "40"
        too_large = client.post(PATH, headers=refused | {"upload-length": "1001"})
        assert (too_large.status_code, too_large.json()["code"]) == (413, "media-too-large")
        empty = client.post(PATH, headers=refused | {"upload-length": "0"})
        assert (empty.status_code, empty.json()["code"]) == (422, "media-empty")
        client.delete(first, headers=TUS)
        begin(client, 100)
    full = dataclasses.replace(house.upload_terms, reserve_bytes=1 << 60)
    with sending(dataclasses.replace(house, upload_terms=full), operator) as client:
        answer = client.post(PATH, headers=refused | {"upload-length": "1"})
        assert (answer.status_code, answer.json()["code"]) == (507, "disk-full")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"upload-length": "5"}, 400),
        ({"upload-length": "-5", "upload-metadata": metadata(filename="a")}, 400),
        ({"upload-metadata": metadata(filename="a")}, 400),
        ({"upload-length": "5", "upload-metadata": "filename ***"}, 400),
        ({"upload-length": "5", "upload-metadata": metadata(filename="a", taught_on="x")}, 400),
        ({"upload-defer-length": "1", "upload-metadata": metadata(filename="a")}, 400),
    ],
)
def test_a_creation_that_says_too_little_is_refused(
    sender: httpx.Client, headers: dict[str, str], status: int
) -> None:
    """Length and file name are needed, and readable."""
    before = read(sender, PATH)["items"]
    assert sender.post(PATH, headers=TUS | headers).status_code == status
    assert read(sender, PATH)["items"] == before


def test_a_file_name_is_no_path(sender: httpx.Client) -> None:
    """Folders in a name, of either world, are left out."""
    for name in ("../../etc/课.mp4", "C:\\录像\\课.mp4"):
        assert read(sender, begin(sender, 5, filename=name))["file_name"] == "课.mp4"
