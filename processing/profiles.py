"""Reads the forms in which clips are downloaded: data that a school may replace."""

from pathlib import Path

import yaml

from lessons.errors import FrameworkUnreadable
from lessons.exporting import ExportProfile, Subtitles
from processing.understanding.framework import read_data


def load_profiles(path: Path | None = None) -> tuple[ExportProfile, ...]:
    """Return the profiles in the YAML file `path`, or those that come with Guanke.

    Raises:
        FrameworkUnreadable: the file is missing, is not YAML, or lacks what a profile needs.
    """
    name, content = read_data(path, "export-profiles.yaml")
    try:
        profiles = tuple(_profile(entry) for entry in yaml.safe_load(content)["profiles"])
    except KeyError as fault:
        raise FrameworkUnreadable(file=name, detail="field-missing", where=str(fault)) from fault
    except (yaml.YAMLError, TypeError, AttributeError, ValueError) as fault:
        said = " ".join(str(fault).split())
        raise FrameworkUnreadable(file=name, detail="content-invalid", said=said) from fault
    if len({profile.code for profile in profiles}) != len(profiles):
        raise FrameworkUnreadable(file=name, detail="content-invalid", said="code")
    return profiles


def _profile(entry: dict[str, object]) -> ExportProfile:
    return ExportProfile(
        code=str(entry["code"]),
        zh=str(entry["zh"]),
        en=str(entry["en"]),
        max_seconds=_limit(entry, "max_seconds"),
        max_bytes=_limit(entry, "max_bytes"),
        max_height=_limit(entry, "max_height"),
        subtitles=Subtitles(str(entry["subtitles"])),
    )


def _limit(entry: dict[str, object], name: str) -> int | None:
    value = entry.get(name)
    if value is None:
        return None
    number = int(str(value))
    if number < 1:
        raise ValueError(f"{name}: {number}")
    return number
