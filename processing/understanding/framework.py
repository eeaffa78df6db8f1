"""Read a competency framework and a set of phases: data that a region or a school may replace."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from lessons.errors import FrameworkUnreadable
from lessons.structure import Competency, EvidenceRule, Framework, Phase


@dataclass(frozen=True, kw_only=True)
class FrameworkData:
    """A framework and, for each competency's code, phrases that hint at it (zh and en together)."""

    framework: Framework
    cues: Mapping[str, tuple[str, ...]]


def load_framework(path: Path | None = None) -> FrameworkData:
    """Return the framework in the YAML file `path`, or the national one that comes with Guanke.

    The digest of the file is the framework's version.

    Raises:
        FrameworkUnreadable: the file is missing, is not YAML, or lacks what a framework needs.
    """
    name, content = read_data(path, "micro-competencies.yaml")
    try:
        tree = yaml.safe_load(content)
        about, entries = tree["framework"], tree["competencies"]
        competencies = tuple(_competency(entry) for entry in entries)
        cues = {str(entry["code"]): _cues(entry) for entry in entries}
        framework = Framework(
            id=str(about["id"]),
            version=hashlib.sha256(content).hexdigest(),
            name_zh=str(about["name_zh"]),
            name_en=str(about["name_en"]),
            competencies=competencies,
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as fault:
        raise _unreadable(name, fault) from fault
    return FrameworkData(framework=framework, cues=cues)


def load_phases(path: Path | None = None) -> tuple[Phase, ...]:
    """Return the phases in the YAML file `path`, or the ten that come with Guanke.

    Raises:
        FrameworkUnreadable: the file is missing, is not YAML, or lacks what a phase needs.
    """
    name, content = read_data(path, "phases.yaml")
    try:
        entries = yaml.safe_load(content)["phases"]
        phases = tuple(
            Phase(code=str(entry["code"]), zh=str(entry["zh"]), en=str(entry["en"]))
            for entry in entries
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as fault:
        raise _unreadable(name, fault) from fault
    if not phases:
        raise FrameworkUnreadable(file=name, detail="no-phases")
    return phases


def read_data(path: Path | None, packaged: str) -> tuple[str, bytes]:
    """Return the name and the bytes of the file given, or of the packaged one.

    Raises:
        FrameworkUnreadable: the file is missing.
    """
    if path is None:
        return packaged, (resources.files("lessons") / "data" / packaged).read_bytes()
    try:
        return path.name, path.read_bytes()
    except OSError as fault:
        raise FrameworkUnreadable(file=path.name, detail="not-permitted") from fault


def _competency(entry: Mapping[str, Any]) -> Competency:
    return Competency(
        code=str(entry["code"]),
        name_zh=str(entry["name_zh"]),
        name_en=str(entry["name_en"]),
        environment=str(entry["environment"]),
        dimension=str(entry["dimension"]),
        lesson_visibility=str(entry.get("lesson_visibility", "medium")),
        evidence=tuple(_evidence(rule) for rule in entry.get("evidence") or ()),
        status=str(entry.get("name_status", "source")),
    )


def _evidence(rule: Mapping[str, Any]) -> EvidenceRule:
    minutes = rule.get("max_minutes")
    return EvidenceRule(
        kind=str(rule["kind"]),
        format=str(rule["format"]),
        status=str(rule["status"]),
        max_minutes=None if minutes is None else int(minutes),
        must_show=tuple(str(who) for who in rule.get("must_show") or ()),
    )


def _cues(entry: Mapping[str, Any]) -> tuple[str, ...]:
    cues = entry.get("cues") or {}
    return tuple(str(phrase) for language in ("zh", "en") for phrase in cues.get(language) or ())


def _unreadable(name: str, fault: Exception) -> FrameworkUnreadable:
    if isinstance(fault, KeyError):
        return FrameworkUnreadable(file=name, detail="field-missing", where=str(fault))
    said = " ".join(str(fault).split())
    return FrameworkUnreadable(file=name, detail="content-invalid", said=said)
