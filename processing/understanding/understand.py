"""From words to segments and suggestions: what the steps and the command share."""

from collections.abc import Sequence
from dataclasses import dataclass

from lessons.structure import Move, Phase, Segment, Suggestion
from lessons.words import Transcript
from processing.understanding.competence import MODEL, LineSigns, packaged_weights
from processing.understanding.cued import cued_moments
from processing.understanding.framework import FrameworkData
from processing.understanding.knowledge import Knowledge, knowledge_for
from processing.understanding.linear import packaged_model
from processing.understanding.moments import find_moments
from processing.understanding.moves import find_moves
from processing.understanding.phases import Stretch, find_phases
from processing.understanding.speakers import guess_speakers
from processing.understanding.suggestions import choose
from processing.understanding.talk import Line, read_lines
from processing.understanding.titles import pairs, title_of


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """What was read off a lesson's words."""

    segments: tuple[Segment, ...]
    suggestions: tuple[Suggestion, ...]
    moves: tuple[Move, ...]


def understand(
    transcript: Transcript,
    framework: FrameworkData,
    phases: Sequence[Phase],
    chosen: Sequence[str] | None = None,
) -> Understanding:
    """Return what words alone tell; the lesson ends with the last of them."""
    duration_ms = max((line.end_ms for line in transcript.utterances), default=0)
    segments = segments_of(transcript, (), duration_ms, phases)
    return Understanding(
        segments=segments,
        suggestions=suggestions_of(transcript, segments, (), framework, chosen),
        moves=find_moves(transcript.utterances),
    )


def segments_of(
    transcript: Transcript,
    scene_changes_ms: Sequence[int],
    duration_ms: int,
    phases: Sequence[Phase],
) -> tuple[Segment, ...]:
    """Return the phases of the lesson in order, without gaps, each with a title from its words."""
    knowledge = knowledge_for()
    lines = lines_of(transcript, scene_changes_ms, duration_ms, knowledge)
    stretches = find_phases(
        lines, sorted(scene_changes_ms), duration_ms, [phase.code for phase in phases], knowledge
    )
    lesson = pairs(line.utterance.text for line in lines)
    return tuple(
        Segment(
            start_ms=stretch.start_ms,
            end_ms=stretch.end_ms,
            phase=stretch.phase,
            title=title_of(lines[stretch.first : stretch.last], lesson, transcript.language),
        )
        for stretch in stretches
    )


def suggestions_of(
    transcript: Transcript,
    segments: Sequence[Segment],
    scene_changes_ms: Sequence[int],
    framework: FrameworkData,
    chosen: Sequence[str] | None,
) -> tuple[Suggestion, ...]:
    """Return proposals for the framework's competencies, or the `chosen` of them, best first."""
    knowledge = knowledge_for(framework.cues)
    duration_ms = max(
        [segment.end_ms for segment in segments]
        + [utterance.end_ms for utterance in transcript.utterances],
        default=0,
    )
    lines = lines_of(transcript, scene_changes_ms, duration_ms, knowledge)
    codes = [
        competency.code
        for competency in framework.framework.competencies
        if chosen is None or competency.code in chosen
    ]
    stretches = stretches_of(segments, lines)
    weights = packaged_weights()
    signs = LineSigns(lines, packaged_model(MODEL), weights)
    known = {
        competency.code
        for competency in framework.framework.competencies
        if weights.names.get(competency.code) == competency.name_zh
    }
    moments = find_moments(lines, stretches, signs, weights, [c for c in codes if c in known])
    for code in codes:
        if code not in known:
            moments += cued_moments(lines, stretches, code)
    return choose(
        moments, lines, signs, weights, f"{knowledge.version}+{framework.framework.version[:12]}"
    )


def lines_of(
    transcript: Transcript, slides_ms: Sequence[int], duration_ms: int, knowledge: Knowledge
) -> list[Line]:
    utterances = sorted(transcript.utterances, key=lambda utterance: utterance.start_ms)
    lines = read_lines(utterances, knowledge.book, slides_ms, duration_ms)
    guess_speakers(lines, knowledge.speakers)
    return lines


def stretches_of(segments: Sequence[Segment], lines: Sequence[Line]) -> list[Stretch]:
    """Return the segments with the lines whose middle lies in each."""
    stretches = []
    first = 0
    for number, segment in enumerate(segments):
        last = first
        final = number == len(segments) - 1
        while last < len(lines) and (final or _middle(lines[last]) < segment.end_ms):
            last += 1
        if last > first:
            stretches.append(
                Stretch(
                    start_ms=segment.start_ms,
                    end_ms=segment.end_ms,
                    phase=segment.phase,
                    first=first,
                    last=last,
                )
            )
        first = last
    return stretches


def _middle(line: Line) -> int:
    return (line.utterance.start_ms + line.utterance.end_ms) // 2
