"""The whole river in one process, over whichever database and store a test chooses."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from ingest.admit import admit_file
from lessons import Clip, Recording, StepState, new_id
from processing.context import StepSettings
from processing.cutting import ask_for_cut
from processing.pipeline import Pipeline
from processing.plan import Queue
from storage import clips, janitor, leases, tables
from storage.database import Database
from storage.leases import LeaseTerms
from storage.objects import ObjectStore
from tests.media import AAC, X264, make_lesson, moving, tone

OWNER = "river:"
ACTOR = "test"
TERMS = LeaseTerms(lease_ms=60_000)


def make_film(folder: Path) -> Path:
    """Make three seconds of lesson that can be copied as they are."""
    return make_lesson(
        folder, "课.mp4", picture=moving(3), sound=tone(3), options=(*X264, "-g", "25", *AAC)
    )


@dataclass(frozen=True, kw_only=True)
class River:
    """One database, one store, one place to work."""

    database: Database
    store: ObjectStore
    folder: Path
    models: Path  # where the speech model is put together, once
    terms: LeaseTerms = TERMS

    @property
    def pipeline(self) -> Pipeline:
        """The executor of steps."""
        return Pipeline(
            database=self.database,
            store=self.store,
            scratch=self.folder / "scratch",
            settings=StepSettings(ladder_heights=(90,), model_cache=self.models, stuck_s=60.0),
            terms=self.terms,
        )

    def admit(self, film: Path) -> Recording:
        """Take a film in; doing it twice is doing it once."""
        recording, _ = admit_file(
            film,
            database=self.database,
            store=self.store,
            uploads=self.folder / "uploads",
            file_name=film.name,
            actor=ACTOR,
        )
        return recording

    def work(self, pipeline: Pipeline) -> bool:
        """Do one step; False where none is free."""
        step = leases.claim(self.database, list(Queue), OWNER, self.terms)
        if step is not None:
            pipeline.execute(step)
        return step is not None

    def run(self, film: Path) -> None:
        """Do everything there is to do for a film and a clip of it."""
        self.finish(self.admit(film))

    def finish(self, recording: Recording) -> None:
        """Do everything that is left to do for a recording and a clip of it."""
        pipeline = self.pipeline
        while self.work(pipeline):
            pass
        self.cut(recording)
        while self.work(pipeline):
            pass

    def cut(self, recording: Recording) -> None:
        """Ask for a clip of its middle, unless there is one."""
        with self.database.write() as connection:
            known = clips.of_recording(connection, recording.id)
            clip = (
                known[0]
                if known
                else Clip(
                    id=new_id(),
                    recording_id=recording.id,
                    start_ms=500,
                    end_ms=2500,
                    created_at=datetime.now(UTC),
                )
            )
            if not known:
                clips.add(connection, clip, actor=ACTOR)
            ask_for_cut(connection, clip, actor=ACTOR)

    def outcome(self) -> Mapping[str, object]:
        """Return what every step gave; each object's bytes are held against their digest."""
        with self.database.read() as connection:
            rows = connection.execute(select(tables.step)).all()
            named = set(connection.execute(select(tables.artifact.c.digest)).scalars())
        assert all(row.state == StepState.DONE for row in rows), [
            (row.kind, row.state, row.error_code, row.error_facts) for row in rows
        ]
        assert len({row.kind for row in rows}) == len(rows)  # each was kept once
        for digest in named:
            found = hashlib.sha256()
            for piece in self.store.read(digest):
                found.update(piece)
            assert found.hexdigest() == digest
        told_apart = {"manifest"}  # it says when it was asked for
        return {
            row.kind: {name: v for name, v in row.output.items() if name not in told_apart}
            for row in rows
        }

    def settled(self) -> None:
        """Assert that nothing is missing, damaged or left over."""
        janitor.clear_orphans(self.database, self.store, older_than_s=0)
        assert janitor.fsck(self.database, self.store, deep=True) == janitor.Findings()
