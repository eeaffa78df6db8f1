"""A step at work: what shapes it, what it may reach, and what it gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from lessons import MediaInfo, Phase, Recording, Rendition, Step
from processing import speech_model
from processing.ffmpeg import Ffmpeg, find_tools
from processing.plan import StepKind, digest_of
from processing.products import Product
from processing.pulse import Pulse
from processing.steps.transcribe import Recogniser
from processing.understanding.framework import FrameworkData, load_framework, load_phases
from storage import recordings
from storage.database import Database
from storage.mapping import to_plain
from storage.objects import ObjectStore


@dataclass(frozen=True, kw_only=True)
class StepSettings:
    """What shapes the steps, read in `guanke/` and passed in."""

    ladder_heights: tuple[int, ...] = (1080, 720, 360)
    ffmpeg: str | None = None
    ffprobe: str | None = None
    model: str | None = None
    model_cache: Path
    speech_threads: int = 1
    stuck_s: float = 120.0
    framework: Path | None = None
    phases: Path | None = None

    @property
    def speech_model(self) -> speech_model.ModelFiles:
        """The model's files; found once."""
        return _model(self.model, self.model_cache)

    @property
    def recogniser(self) -> Recogniser:
        """The model, loaded; once in a worker's life."""
        return _recogniser(self.model, self.model_cache, self.speech_threads)

    @property
    def competencies(self) -> FrameworkData:
        """The framework that suggestions are made by."""
        return _framework(self.framework)

    @property
    def lesson_phases(self) -> tuple[Phase, ...]:
        """The phases that a lesson is divided into."""
        return _phases(self.phases)

    def parameters(self, recording: Recording) -> Mapping[StepKind, Mapping[str, object]]:
        """Return what goes into the input digest of each kind, besides its inputs."""
        return {
            StepKind.LADDER: {"heights": list(self.ladder_heights)},
            StepKind.TRANSCRIBE: {
                "language": recording.language,
                "model": self.speech_model.digest,
            },
            StepKind.SEGMENT: {"phases": digest_of(to_plain_all(self.lesson_phases))},
            StepKind.SUGGEST: {"framework": self.competencies.framework.version},
        }


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """One step at work: what it is for, what is known, where it may write."""

    step: Step
    recording: Recording
    outputs: Mapping[StepKind, Mapping[str, object]]
    scratch: Path
    pulse: Pulse
    database: Database
    store: ObjectStore
    settings: StepSettings

    @property
    def ffmpeg(self) -> Ffmpeg:
        """The door to ffmpeg, reporting to this step's pulse."""
        return Ffmpeg(
            find_tools(self.settings.ffmpeg, self.settings.ffprobe),
            file_name=self.recording.file_name,
            on_progress=self.pulse.progress,
            stop=self.pulse.stop,
            stuck_s=self.settings.stuck_s,
        )

    @property
    def info(self) -> MediaInfo:
        """What the probe found."""
        assert self.recording.info is not None  # every other step needs the probe
        return self.recording.info

    def original(self) -> Path:
        """Return the uploaded bytes as a local file."""
        return self.store.fetch(self.recording.sha256, self.scratch)

    def fetch(self, kind: StepKind, name: str) -> Path:
        """Return, as a local file, the object that an earlier step's output names."""
        return self.store.fetch(str(self.outputs[kind][name]), self.scratch)

    def renditions(self) -> list[Rendition]:
        """Return the recording's renditions, tallest picture first, then sounds."""
        with self.database.read() as connection:
            return list(recordings.renditions(connection, self.recording.id))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a step gave: JSON for the steps after it, files for the store, rows for the database."""

    output: Mapping[str, object]
    products: Mapping[str, Product] = field(default_factory=dict)  # by role
    save: Callable[[Connection], None] = lambda _: None
    tools: Mapping[str, str] = field(default_factory=dict)


def to_plain_all(nouns: Sequence[object]) -> list[object]:
    """Return nouns as JSON-ready values."""
    return [to_plain(noun) for noun in nouns]


@cache
def _model(path: str | None, folder: Path) -> speech_model.ModelFiles:
    return speech_model.find_model(path, folder)


@cache
def _recogniser(path: str | None, folder: Path, threads: int) -> Recogniser:
    """Load the model once in a worker's life."""
    return Recogniser(_model(path, folder), threads)


_framework = cache(load_framework)
_phases = cache(load_phases)
