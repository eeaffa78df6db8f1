"""The data that understanding rests on: concepts, cues of phases, phrases of competencies."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from processing.understanding.phrases import PhraseBook, split_list

FILES = ("concepts.yaml", "phase-cues.yaml", "competency-phrases.yaml", "speaker-cues.yaml")
OWN = 0.0  # stands where a weight stands in the name of the list of a framework's own phrases


@dataclass(frozen=True, kw_only=True)
class PhaseCues:
    """What speaks for one phase: weights in nats by list of phrases and by sign."""

    weights: Mapping[str, float]  # list key (see `key_of`) or concept name → weight
    signs: Mapping[str, float]
    entering: tuple[tuple[float, float], ...]  # (place 0 to 1, cost of entering there)
    after: Mapping[str, float]  # phase that comes next → extra cost
    base: float  # nats for the phase itself
    length: float  # of the usual length of a phase in the lesson
    first: float  # nats for being the first phase of the lesson
    last: float  # nats for being the last one


@dataclass(frozen=True, kw_only=True)
class SpeakerCues:
    """What tells the teacher from a pupil: weights by sign, and how lines begin."""

    weights: Mapping[str, float]
    takes_up: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """All of it, with one phrase book and a version that changes with any of the files."""

    book: PhraseBook
    phases: Mapping[str, PhaseCues]
    openers: tuple[str, ...]
    speakers: SpeakerCues
    version: str


def key_of(owner: str, weight: float) -> str:
    """Return the name of the list of phrases that speak for `owner` with `weight`."""
    return f"{owner}:{weight:g}"


def knowledge_for(cues: Mapping[str, tuple[str, ...]] | None = None) -> Knowledge:
    """Return the packaged knowledge, with a framework's own cue phrases per competency added."""
    return _knowledge(tuple(sorted((cues or {}).items())))


@lru_cache(maxsize=8)
def _knowledge(cues: tuple[tuple[str, tuple[str, ...]], ...]) -> Knowledge:
    contents = [
        (resources.files("processing.understanding") / "data" / name).read_bytes() for name in FILES
    ]
    concepts, phases, competencies, speakers = (_load(content) for content in contents)
    lists: dict[str, list[str]] = {}
    for name, phrases in concepts["concepts"].items():
        lists[name] = list(_phrases(phrases))
    known_phases = {
        code: _phase(code, entry, phases, lists) for code, entry in phases["phases"].items()
    }
    for code, entry in competencies["competencies"].items():
        _said(code, entry.get("say") or {}, lists)
    for code, phrases in cues:
        if phrases:
            lists[key_of(code, OWN)] = list(phrases)
    digest = hashlib.sha256(b"\0".join(contents)).hexdigest()
    return Knowledge(
        book=PhraseBook(lists),
        phases=known_phases,
        openers=tuple(_phrases(phases["openers"])),
        speakers=SpeakerCues(
            weights=speakers["weights"],
            takes_up=tuple(_phrases(speakers["takes_up"])),
            answers=tuple(_phrases(speakers["answers"])),
        ),
        version=digest[:12],
    )


def _load(content: bytes) -> Any:
    """Read YAML by the C reader where there is one: ten times as fast."""
    if yaml.__with_libyaml__:
        return yaml.load(content, Loader=yaml.CSafeLoader)
    return yaml.safe_load(content)


def _phrases(by_language: Mapping[str, str]) -> Iterable[str]:
    for language, text in by_language.items():
        yield from split_list(str(text), language)


def _said(
    owner: str, tiers: Mapping[Any, Mapping[str, str]], lists: dict[str, list[str]]
) -> dict[str, float]:
    """Add an entry's own phrases to `lists`; return the weight of each list."""
    weights = {}
    for weight, by_language in tiers.items():
        key = key_of(owner, float(weight))
        lists[key] = list(_phrases(by_language))
        weights[key] = float(weight)
    return weights


def _phase(
    code: str, entry: Mapping[str, Any], tree: Mapping[str, Any], lists: dict[str, list[str]]
) -> PhaseCues:
    weights = _said(code, entry.get("say") or {}, lists)
    weights.update(entry.get("concepts") or {})
    return PhaseCues(
        weights=weights,
        signs=entry.get("signs") or {},
        entering=tuple((float(at), float(cost)) for at, cost in tree["order"].get(code, [])),
        after=tree["after"].get(code, {}),
        base=float(entry.get("base", 0.0)),
        length=float(entry.get("length", 1.0)),
        first=float(entry.get("first", 0.0)),
        last=float(entry.get("last", 0.0)),
    )
