"""The data that understanding rests on: concepts, cues of phases, rules of competencies."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from processing.understanding.phrases import PhraseBook, split_list

FILES = ("concepts.yaml", "phase-cues.yaml", "competency-rules.yaml", "speaker-cues.yaml")
CUE_WEIGHT = 0.45  # of a phrase that a framework itself gives for a competency


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
class Rule:
    """One kind of evidence: each group is mentioned by one of its lists, and none of `barred`."""

    groups: tuple[tuple[str, ...], ...]
    barred: tuple[str, ...]
    weight: float  # 0 to 1: how likely the competency is where this alone is seen


@dataclass(frozen=True, kw_only=True)
class CompetencyRules:
    """What shows one competency, and in which phases to expect it (factor; `else` for the rest)."""

    rules: tuple[Rule, ...]
    phases: Mapping[str, float]
    setting_words: (
        str  # list of phrases that, in a phase of `settings`, makes the competency likely
    )
    settings: Mapping[str, tuple[float, float]]  # where one, or more, of those phrases are heard
    needs_technology: bool
    by: str  # who says what shows it: teacher, pupil or any


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
    competencies: Mapping[str, CompetencyRules]
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
    given = dict(cues)
    entries = competencies["competencies"]
    known = {
        code: _competency(code, entries.get(code) or {}, given.get(code, ()), lists)
        for code in dict.fromkeys((*entries, *given))
    }
    digest = hashlib.sha256(b"\0".join(contents)).hexdigest()
    return Knowledge(
        book=PhraseBook(lists),
        phases=known_phases,
        openers=tuple(_phrases(phases["openers"])),
        competencies=known,
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


def _competency(
    code: str, entry: Mapping[str, Any], cues: tuple[str, ...], lists: dict[str, list[str]]
) -> CompetencyRules:
    said = _said(code, entry.get("say") or {}, lists)
    rules = [Rule(groups=((key,),), barred=(), weight=weight) for key, weight in said.items()]
    rules += [_rule(text, weight) for text, weight in (entry.get("together") or {}).items()]
    if cues:
        lists[key_of(code, 0)] = list(cues)
        weight = float(entry.get("cues", CUE_WEIGHT))
        rules.append(Rule(groups=((key_of(code, 0),),), barred=(), weight=weight))
    setting = entry.get("setting") or {}
    return CompetencyRules(
        rules=tuple(rules),
        phases=entry.get("phases") or {},
        setting_words=str(setting.get("words", "")),
        settings={
            phase: (float(worths[0]), float(worths[1]))
            for phase, worths in setting.items()
            if phase != "words"
        },
        needs_technology=bool(entry.get("technology", False)),
        by=str(entry.get("by", "teacher")),
    )


def _rule(text: str, weight: float) -> Rule:
    """Read a rule such as `group|device + discuss - story`."""
    wanted, *unwanted = (part.strip() for part in text.split(" - "))
    groups = tuple(
        tuple(name.strip() for name in group.split("|")) for group in wanted.split(" + ")
    )
    return Rule(groups=groups, barred=tuple(unwanted), weight=float(weight))
