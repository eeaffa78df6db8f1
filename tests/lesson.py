"""A data folder with one finished lesson in it, for tests of what is served."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import update

from api.app import create_app
from api.services import Services
from ingest.admit import admit_file
from lessons import (
    Framework,
    Lesson,
    Phase,
    Recording,
    RecordingState,
    Segment,
    Suggestion,
    Transcript,
)
from lessons.records import LessonFacts
from processing.steps.copy import copy_video
from processing.steps.ladder import make_ladder
from processing.steps.sound import measure_sound
from processing.understanding.framework import load_framework, load_phases
from processing.understanding.rubrics import load_rubrics
from storage import artifacts, findings, frameworks, lessons, recordings, steps, tables, transcripts
from tests.houses import database_at, store_at
from tests.media import door, probed
from tests.signed_in import Staff, staff_of


@dataclass(frozen=True, kw_only=True)
class Served:
    """What a test needs to ask for: the application, its insides, and the lesson."""

    app: FastAPI
    services: Services
    recording: Recording
    lesson: Lesson
    staff: Staff  # somebody for each role; the teacher owns the lesson


def services(folder: Path) -> Services:
    """Return the services of an empty data folder."""
    database = database_at(folder)
    store = store_at(folder)
    uploads = folder / "uploads"
    framework: Framework = load_framework().framework
    phases: tuple[Phase, ...] = load_phases()
    with database.write() as connection:
        frameworks.keep(connection, framework)
    return Services(
        database=database,
        store=store,
        uploads=uploads,
        framework=framework,
        rubrics=load_rubrics(framework),
        phases=phases,
        facts=lambda: {"ffmpeg": door().tools.version, "sandbox": False},
    )


def furnish(
    folder: Path,
    source: Path,
    *,
    heights: Sequence[int],
    transcript: Transcript,
    segments: Sequence[Segment] = (),
    suggestions: Sequence[Suggestion] = (),
    facts: LessonFacts | None = None,
) -> Served:
    """Take `source` in as a lesson: its renditions are made by the real steps, its words given."""
    house = services(folder)
    staff = staff_of(house.database)
    scratch = folder / "scratch"
    scratch.mkdir()
    info = probed(source, scratch)
    sound = measure_sound(source, info, ffmpeg=door(), scratch=scratch) if info.audio else None
    ladder = make_ladder(
        source,
        info,
        sound.loudness if sound else None,
        heights=heights,
        ffmpeg=door(),
        scratch=scratch,
    )
    recording, _ = admit_file(
        source,
        database=house.database,
        store=house.store,
        uploads=house.uploads,
        file_name=source.name,
        actor=staff.operator.name,
    )
    copied = copy_video(source, info, ffmpeg=door(), scratch=scratch) if info.compliant else None
    made = ladder.renditions + (copied.renditions if copied else ())
    products = ladder.products + (copied.products if copied else ())
    names = (f"rendition:{rendition.name}" for rendition in made)
    roles = dict(zip(names, products, strict=True))
    if ladder.poster and ladder.storyboard:
        roles |= {"poster": ladder.poster, "storyboard.vtt": ladder.storyboard.vtt}
        roles |= {f"sprite:{n}": sheet for n, sheet in enumerate(ladder.storyboard.sprites)}
    for product in roles.values():
        house.store.put(product.path, product.digest)
    with house.database.write() as connection:
        recordings.set_info(connection, recording.id, info)
        recordings.save_renditions(connection, recording.id, made)
        for role, product in roles.items():
            artifacts.keep(
                connection,
                digest=product.digest,
                size=product.bytes,
                media_type=product.media_type,
                role=role,
                recording_id=recording.id,
            )
        step_id = steps.add(
            connection, recording.id, kind="transcribe", queue="asr", input_digest="t", params={}
        )
        transcripts.save(connection, recording.id, transcript, step_id)
        findings.save_segments(connection, recording.id, segments)
        findings.save_suggestions(connection, recording.id, suggestions)
        connection.execute(update(tables.recording).values(state=RecordingState.READY))
        named = facts or LessonFacts(title=source.stem)
        lesson = lessons.of_recording(
            connection,
            recording,
            named,
            actor=staff.operator.name,
            teacher_id=staff.teacher.person_id,
        )
    return Served(
        app=create_app(house), services=house, recording=recording, lesson=lesson, staff=staff
    )
