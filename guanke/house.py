"""Wires the rooms together: from settings to a database, a store, a pipeline."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from guanke.district import database_of, store_of
from guanke.settings import SECRETS_FOLDER, Settings
from lessons import Competency, Phase
from lessons.rubrics import RubricFacts
from storage.database import Database
from storage.durable import disk_errors, make_folder
from storage.objects import ObjectStore

if TYPE_CHECKING:
    from processing.pipeline import Pipeline
    from processing.understanding.framework import FrameworkData


@dataclass(frozen=True, kw_only=True)
class House:
    """One data folder, opened."""

    settings: Settings
    database: Database
    store: ObjectStore

    @property
    def scratch(self) -> Path:
        """Where steps work."""
        return self.settings.folder / "scratch"

    def secret(self, name: str) -> bytes:
        """Return a secret of this folder, made when it is first asked for; readable by us alone.

        Where several servers answer for one district, each is given the same one: a file of the
        folder that `GUANKE_SECRETS` names stands above our own.
        """
        given = os.environ.get(SECRETS_FOLDER)
        if given and (shared := Path(given) / f"guanke_{name}").exists():
            return shared.read_bytes()
        folder = self.settings.folder / "secrets"
        make_folder(folder)
        folder.chmod(0o700)
        path = folder / name
        with disk_errors(path):
            if not path.exists():
                with os.fdopen(
                    os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb"
                ) as f:
                    f.write(secrets.token_bytes(32))
                    f.flush()
                    os.fsync(f.fileno())
            return path.read_bytes()

    @property
    def uploads(self) -> Path:
        """Where files grow before they are admitted."""
        return self.settings.folder / "uploads"


def open_house(settings: Settings) -> House:
    """Open the data folder, making it when it is new.

    Raises:
        DataFolderUnusable: it can't be written.
        DiskFull: there is no room for it.
    """
    folder = settings.folder
    for part in (folder, folder / "scratch", folder / "uploads"):
        make_folder(part)
    with disk_errors(folder):
        probe = folder / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    return House(
        settings=settings,
        database=database_of(settings),
        store=store_of(settings),
    )


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """What a lesson is held against."""

    framework: "FrameworkData"
    phases: tuple[Phase, ...]
    rubrics: tuple[RubricFacts, ...]

    @property
    def competencies(self) -> tuple[Competency, ...]:
        """The framework's competencies."""
        return self.framework.framework.competencies


def knowledge(settings: Settings) -> Knowledge:
    """Read the framework and the phases, as the settings name them."""
    from processing.understanding.framework import load_framework, load_phases
    from processing.understanding.rubrics import load_rubrics

    framework = load_framework(settings.framework)
    return Knowledge(
        framework=framework,
        phases=load_phases(settings.phases),
        rubrics=load_rubrics(framework.framework, settings.framework),
    )


def pipeline(house: House) -> "Pipeline":
    """Return the executor of steps. It brings OpenCV along: only workers call this."""
    from processing.context import StepSettings
    from processing.pipeline import Pipeline

    settings = house.settings
    return Pipeline(
        database=house.database,
        store=house.store,
        scratch=house.scratch,
        settings=StepSettings(
            ladder_heights=settings.ladder,
            ffmpeg=settings.ffmpeg,
            ffprobe=settings.ffprobe,
            model=settings.model,
            model_cache=settings.folder / "models",
            speech_threads=settings.speech_threads,
            stuck_s=settings.stuck_s,
            framework=settings.framework,
            phases=settings.phases,
        ),
        terms=settings.terms,
        beat_s=min(10.0, settings.lease_s / 6),
    )
