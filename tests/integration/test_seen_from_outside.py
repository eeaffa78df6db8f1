"""One real run, watched from outside: figures, the log with one id from upload to clip, status."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.killing import Server
from tests.lesson import services
from tests.media import make_lesson, moving
from tests.signed_in import cookies, staff_of
from tests.uploading import begin, read, send

PATIENCE_S = 120.0
TITLE = "一句不能写进日志的课题"


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run of the server left behind: a good recording, a bad one, a clip."""

    folder: Path
    recording_id: str
    upload_id: str
    failed_id: str
    clip: Mapping[str, Any]
    figures: str  # /metrics, at the end
    status: Mapping[str, Any]  # of `guanke status`, while it ran
    refusals: Sequence[int]  # what /metrics answered who may not read it
    log: Sequence[Mapping[str, Any]]
    secrets: Sequence[str]  # that no log may hold


def status(folder: Path) -> Mapping[str, Any]:
    """Ask `guanke status`."""
    command = [sys.executable, "-m", "guanke", "status", "--json", "--data", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def ended(client: httpx.Client, path: str, *states: str) -> Any:
    """Wait until what `path` shows is in one of these states."""
    until = time.monotonic() + PATIENCE_S
    while (found := read(client, path))["state"] not in states:
        assert time.monotonic() < until, found
        time.sleep(0.1)
    return found


def sent(client: httpx.Client, content: bytes, **said: str) -> tuple[str, str]:
    """Upload a file; return the ids of upload and recording."""
    path = begin(client, len(content), **said)
    assert send(client, path, 0, content).status_code == 204
    return path.rpartition("/")[2], ended(client, path, "admitted")["recording_id"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A server that took in two files, one of which is no recording, and cut a clip."""
    folder = tmp_path_factory.mktemp("outside")
    made = make_lesson(folder, picture=moving(4), sound=None)  # no speech: quick
    log, data = folder / "log", folder / "data"
    with Server(data, log=log, GUANKE_LOG_FORMAT="json", GUANKE_LADDER="[180]") as server:
        house = services(data)
        staff = staff_of(house.database)
        signed = dict(cookies(house, staff.everything))
        with httpx.Client(base_url=server.address, headers=signed, timeout=60) as client:
            upload_id, recording_id = sent(
                client,
                made.read_bytes(),
                filename=f"{TITLE}.mp4",
                title=TITLE,
                teacher=staff.everything.name,
            )
            _, failed_id = sent(client, b"no film" * 1000, filename=f"{TITLE}2.mp4")
            ended(client, f"/api/v1/recordings/{recording_id}", "ready")
            ended(client, f"/api/v1/recordings/{failed_id}", "failed")
            new = {"recording_id": recording_id, "start_ms": 1000, "end_ms": 3000, "title": TITLE}
            clip = client.post("/api/v1/clips", json=new).json()
            client.post(f"/api/v1/clips/{clip['id']}/materialise").raise_for_status()
            clip = ended(client, f"/api/v1/clips/{clip['id']}", "materialised", "failed")
        refusals = [
            httpx.get(f"{server.address}/metrics", headers=headers).status_code
            for headers in ({"x-forwarded-for": "10.0.0.9"}, {"authorization": "Bearer no"})
        ]
        figures = httpx.get(f"{server.address}/metrics", timeout=60).text
        stands = status(data)
        house.database.close()
    lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line[:1] == "{"]
    return Run(
        folder=data,
        recording_id=recording_id,
        upload_id=upload_id,
        failed_id=failed_id,
        clip=clip,
        figures=figures,
        status=stands,
        refusals=refusals,
        log=[json.loads(line) for line in lines],
        secrets=[TITLE, signed["cookie"].partition("=")[2], staff.everything.name],
    )


def value(figures: str, name: str, **labels: str) -> float:
    """Return one figure, as Prometheus' own parser reads it."""
    found = [
        sample.value
        for family in text_string_to_metric_families(figures)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert len(found) == 1, (name, labels, found)
    return float(found[0])


def test_the_figures_are_those_of_the_run(run: Run) -> None:
    """Queues are empty again; every step is counted, with its time; the failure has its cause."""
    for queue in ("io", "transcode", "asr", "clip"):
        assert value(run.figures, "guanke_queue_waiting_steps", queue=queue) == 0
        assert value(run.figures, "guanke_queue_oldest_seconds", queue=queue) == 0
    assert value(run.figures, "guanke_step_seconds_count", kind="probe") == 1
    assert value(run.figures, "guanke_step_seconds_bucket", kind="clip", le="+Inf") == 1
    assert value(run.figures, "guanke_step_seconds_sum", kind="ladder") > 0
    failures = value(run.figures, "guanke_step_failures_total", kind="probe")
    assert failures == value(run.figures, "guanke_steps", kind="probe", state="failed") == 1
    assert value(run.figures, "guanke_recordings", state="ready") == 1
    assert value(run.figures, "guanke_uploads_live") == 0
    assert value(run.figures, "guanke_sessions_live") == 1
    for name in ("database_latency_seconds", "store_latency_seconds", "stored_bytes", "disk_bytes"):
        assert value(run.figures, f"guanke_{name}") > 0
    assert value(run.figures, "guanke_steps_lost") == value(run.figures, "guanke_steps_hung") == 0


def test_every_bucket_holds_those_below_it(run: Run) -> None:
    """A histogram never falls from one bucket to the next."""
    families = {f.name: f for f in text_string_to_metric_families(run.figures)}
    buckets = [s for s in families["guanke_step_seconds"].samples if s.name.endswith("_bucket")]
    for kind in {s.labels["kind"] for s in buckets}:
        counts = [s.value for s in buckets if s.labels["kind"] == kind]
        assert counts == sorted(counts)
        assert len(counts) == 13


def test_the_figures_are_for_this_machine_or_a_key(run: Run) -> None:
    """What a proxy passes on, and who has a wrong key, is asked to sign in."""
    assert run.refusals == [401, 401]


def test_one_id_leads_from_upload_to_clip(run: Run) -> None:
    """Upload, admission, each step, ffmpeg and the clip's cut stand under one id."""
    assert run.recording_id == run.upload_id
    ours = [line for line in run.log if line.get("trace") == run.upload_id]
    said = {(line["message"], line.get("kind")) for line in ours}
    assert {("request answered", None), ("recording admitted", None), ("clip asked for", None)} < (
        said
    )
    for kind in ("probe", "ladder", "segment", "clip"):
        assert ("step done", kind) in said
    assert {("tool ended", "probe"), ("tool ended", "ladder"), ("tool ended", "clip")} < said
    routes = {line.get("route") for line in ours}
    assert "/uploads/{upload_id}" in routes
    asked = next(line for line in ours if line["message"] == "clip asked for")
    done = next(x for x in ours if x.get("kind") == "clip" and x["message"] == "step done")
    assert asked["step"] == done["step"]
    request = next(x for x in run.log if x.get("request") == asked["request"] and "route" in x)
    assert (request["route"], request["status"]) == ("/clips", 201)  # cut behind at once


def test_the_log_says_why_and_nothing_private(run: Run) -> None:
    """The failed file's cause is a code; names, titles and secrets are nowhere."""
    failed = [x for x in run.log if x.get("trace") == run.failed_id and "cause" in x]
    assert [line["cause"] for line in failed] == ["media-unreadable"]
    whole = json.dumps(run.log, ensure_ascii=False)
    assert not [secret for secret in run.secrets if secret in whole]


def test_status_tells_the_same_while_it_runs_and_after(run: Run) -> None:
    """The server's process, the failure with its cause, no waiting work; later no server."""
    assert run.clip["state"] == "materialised"
    assert run.status["server"]
    work = run.status["work"]
    assert (work["waiting"], work["at_work"]) == ([], [])
    (cause,) = work["failures"]
    assert (cause["kind"], cause["code"], cause["count"]) == ("probe", "media-unreadable", 1)
    assert run.status["revision"] == run.status["known_revision"]
    later = status(run.folder)
    assert later["server"] is None
    assert later["work"]["recordings"] == {"failed": 1, "ready": 1}
    assert later["database_bytes"] > 0
