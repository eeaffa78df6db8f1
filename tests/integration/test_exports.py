"""Downloads of a clip: forms that are data, words in the picture, one file at a time."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from api import tickets
from api.app import create_app
from lessons import RecordingState, Utterance
from lessons.errors import FrameworkUnreadable
from lessons.exporting import ExportProfile, Subtitles
from processing.context import StepSettings
from processing.pipeline import Pipeline
from processing.plan import Queue
from processing.profiles import load_profiles
from processing.steps.subtitle_pictures import Look, write_subtitles
from storage import janitor, leases, tables
from storage.leases import LeaseTerms
from tests import media
from tests.lesson import Served
from tests.reviewing import Person
from tests.signed_in import browser

PROFILES = (
    ExportProfile(code="burned", zh="压入", en="Burned", subtitles=Subtitles.BURNED),
    ExportProfile(code="short", zh="短", en="Short", max_seconds=1),
    ExportProfile(code="tiny", zh="小", en="Tiny", max_bytes=20_000),
    ExportProfile(code="beside", zh="另存", en="Beside", max_bytes=500_000_000),
)


class School:
    """The lesson's teacher and a colleague at their browsers, and a worker who works on demand."""

    def __init__(self, served: Served, scratch: Path, stack: ExitStack) -> None:
        self.served = served
        self.app = app = create_app(replace(served.services, profiles=PROFILES))
        self.teacher = Person(stack.enter_context(browser(app, served.staff.teacher)))
        self.colleague = Person(stack.enter_context(browser(app, served.staff.colleague)))
        self.database, self.store = served.services.database, served.services.store
        self.pipeline = Pipeline(
            database=self.database,
            store=self.store,
            scratch=scratch,
            settings=StepSettings(model_cache=scratch),
            terms=LeaseTerms(),
        )

    def clip(self, **more: object) -> Any:
        facts = {"start_ms": 2500, "end_ms": 5500, "title": "小组讨论"}
        return self.teacher.post(
            "/clips", {"recording_id": self.served.recording.id, **facts, **more}
        )

    def work(self) -> None:
        """Do all that waits."""
        while step := leases.claim(self.database, [Queue.CLIP], "worker", LeaseTerms()):
            self.pipeline.execute(step)
        with self.database.write() as connection:  # it never went through the other steps
            connection.execute(update(tables.recording).values(state=RecordingState.READY))

    def files(self) -> int:
        """Return how many files of clips are counted on."""
        role = tables.artifact.c.role
        query = select(func.count()).where(role.like("clip:%:media") | role.like("export:%"))
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()

    def form(self, clip_id: str, code: str) -> Any:
        """Return how the download of a clip in one form stands."""
        forms = self.teacher.get(f"/clips/{clip_id}/exports")
        return next(form for form in forms if form["profile"]["code"] == code)


@pytest.fixture(scope="module")
def school(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """The lesson of ten seconds, with somebody to cut its clips."""
    with ExitStack() as stack:
        yield School(served, tmp_path_factory.mktemp("work"), stack)


def test_a_clip_is_cut_behind_and_follows_span_and_words(school: School) -> None:
    """Made, changed, corrected: always one file, of what the clip is now; the others go."""
    before = school.files()
    clip = school.clip()
    assert (clip["state"], clip["media_digest"]) == ("cutting", None)  # plays all the same
    school.work()
    path = f"/clips/{clip['id']}"
    first = school.teacher.get(path)
    assert first["state"] == "materialised"
    edit = {"start_ms": 2500, "end_ms": 6500, "title": "小组讨论", "revision": 1}
    school.teacher.put(path, edit)
    school.work()
    second = school.teacher.get(path)
    assert second["media_digest"] != first["media_digest"]
    words = school.teacher.get(f"/recordings/{school.served.recording.id}/transcript")
    lines = words["utterances"]
    inside = next(u for u in lines if u["end_ms"] > 2500 and u["start_ms"] < 6500)
    outside = next(u for u in lines if u["start_ms"] >= 6500)
    for line, touched in ((outside, False), (inside, True)):
        body = {"text": line["text"] + "改", "speaker": None, "revision": line["revision"]}
        school.teacher.put(f"/utterances/{line['id']}", body)
        state = school.teacher.get(path)["state"]
        assert state == ("cutting" if touched else "materialised")
        school.work()
    third = school.teacher.get(path)
    assert third["media_digest"] != second["media_digest"]
    assert school.files() == before + 1
    gone = {first["media_digest"], second["media_digest"]}
    assert gone <= set(janitor.fsck(school.database, school.store).orphans)
    school.teacher.delete(path)
    assert school.files() == before


def test_a_download_is_made_once_and_read_in_parts(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ordered, made, fetched by a ticket with Range; not by another's, an old or a bent one."""
    clip, other = school.clip(), school.clip(start_ms=1000)
    school.work()
    forms = {f["profile"]["code"]: f for f in school.teacher.get(f"/clips/{clip['id']}/exports")}
    assert [forms[code]["unfit"] for code in forms] == [None, "too-long", "too-large", None]
    for code in ("short", "tiny"):
        refused = school.teacher.post(f"/clips/{clip['id']}/exports/{code}", None, 422)
        assert refused["code"] == "export-unfit"
    school.teacher.post(f"/clips/{clip['id']}/exports/none", None, 404)
    school.colleague.post(f"/clips/{clip['id']}/exports/burned", None, 404)
    for _ in range(2):
        school.teacher.post(f"/clips/{clip['id']}/exports/burned", None, 202)
    assert school.form(clip["id"], "burned")["state"] == "waiting"
    school.work()
    made = school.form(clip["id"], "burned")
    assert (made["state"], made["cause"]) == ("done", None)
    client = school.teacher.client
    whole = client.get(made["address"])
    assert (whole.status_code, len(whole.content)) == (200, made["bytes"])
    assert whole.headers["content-type"] == "video/mp4"
    address = whole.url.path
    bare = TestClient(school.app, base_url=str(client.base_url))
    part = bare.get(address, headers={"range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, whole.content[100:300])
    own = school.teacher.get(f"/clips/{clip['id']}/playback")["download"]
    assert bare.get(own, headers={"range": "bytes=-10"}).status_code == 206
    ticket = address.split("/")[2]
    for wrong in (ticket[:-3] + "abc", ticket[1:]):
        assert bare.get(address.replace(ticket, wrong)).status_code == 401
    assert bare.get(address.replace(clip["id"], other["id"])).status_code == 401
    assert school.colleague.client.get(made["address"]).status_code == 404
    now = time.time()
    with monkeypatch.context() as later:
        later.setattr("api.tickets.time.time", lambda: now + tickets.LIVES_S + 1)
        assert bare.get(address).status_code == 401
    school.teacher.delete(f"/clips/{clip['id']}")
    assert bare.get(address).status_code == 404


def test_a_download_follows_a_correction(school: School) -> None:
    """Words that are in the picture are put right there too; the old file goes."""
    clip = school.clip(start_ms=500, end_ms=3000)
    school.work()
    before = school.files()
    school.teacher.post(f"/clips/{clip['id']}/exports/burned", None, 202)
    school.work()
    lines = school.teacher.get(f"/recordings/{school.served.recording.id}/transcript")
    line = lines["utterances"][0]
    body = {"text": "“{\\an8}”<b>'引号'", "speaker": None, "revision": line["revision"]}
    school.teacher.put(f"/utterances/{line['id']}", body)
    assert school.form(clip["id"], "burned")["state"] == "waiting"
    school.work()
    assert school.form(clip["id"], "burned")["state"] == "done"
    assert school.files() == before + 1


def test_a_download_fails_with_its_cause(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that grew beyond the form's limit is not kept, and the page says why."""
    monkeypatch.setattr(
        "api.routes.exports.unfit", lambda *_, **__: None
    )  # it looked as if it fitted
    clip = school.clip(start_ms=0, end_ms=2000)
    school.teacher.post(f"/clips/{clip['id']}/exports/tiny", None, 202)
    school.work()
    failed = school.form(clip["id"], "tiny")
    assert failed["state"] == "failed"
    assert "20000" in failed["cause"]


def _strip(folder: Path, lines: list[Utterance], length_ms: int) -> Any:
    look = Look.of(320, 180)
    film = folder / "words.mov"
    write_subtitles(film, lines, look, length_ms)
    arguments = [*media.door().source(film), "-vf", "fps=10,format=rgba"]
    size = look.width * look.height * 4
    frames = media.door().frames(arguments, scratch=folder, frame_bytes=size)
    return np.array([np.frombuffer(f, np.uint8)[3::4].astype(int).sum() for f in frames])


@pytest.mark.parametrize(
    "text",
    ["二次函数", "长" * 400, "x" * 300, "{\\an8\\b1}“a'b:c,[v]%{pts}\\N", "囧🙂\x00\u202e", "   "],
)
def test_any_words_become_pictures(tmp_path: Path, text: str) -> None:
    """Shown while they are said and not before; however long, whatever is in them."""
    shown = _strip(tmp_path, [Utterance(start_ms=1000, end_ms=2000, text=text)], 3000)
    assert len(shown) == 30
    assert not shown[:9].any()
    assert not shown[21:].any()
    assert shown[11:19].all() == bool(text.strip())


def test_profiles_are_data(tmp_path: Path) -> None:
    """A school brings its own; what makes no sense is refused with the place."""
    assert {p.code for p in load_profiles()} >= {"district_200", "district_500"}
    path = tmp_path / "own.yaml"
    path.write_text("profiles: [{code: a, zh: 甲, en: A, max_bytes: 5, subtitles: none}]")
    assert load_profiles(path)[0].max_bytes == 5
    for bad in (
        "[]",
        "profiles: [{code: a}]",
        "profiles: [{code: a, zh: 甲, en: A, subtitles: x}]",
    ):
        path.write_text(bad)
        with pytest.raises(FrameworkUnreadable):
            load_profiles(path)
