"""Writes a transcript as captions: WebVTT, SRT, and plain lines to read."""

from collections.abc import Iterable, Iterator

from lessons.timing import Span, format_timecode
from lessons.words import Utterance

# Where an HLS player shall put caption time zero: at the renditions' own zero.
HLS_CLOCK = "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0"


def within(utterances: Iterable[Utterance], span: Span) -> Iterator[Utterance]:
    """Yield what is said inside `span`, on a clock that starts with it; for a clip's captions."""
    for utterance in utterances:
        if utterance.overlap_ms(span):
            yield Utterance(
                start_ms=max(utterance.start_ms - span.start_ms, 0),
                end_ms=min(utterance.end_ms, span.end_ms) - span.start_ms,
                text=utterance.text,
                speaker=utterance.speaker,
            )


def webvtt(utterances: Iterable[Utterance], *, hls: bool = False) -> str:
    """Return WebVTT; `hls` says for a player how its clock stands to the media's."""
    head = f"WEBVTT\n{HLS_CLOCK}\n" if hls else "WEBVTT\n"
    cues = (
        f"{format_timecode(u.start_ms)} --> {format_timecode(u.end_ms)}\n{_vtt_text(u.text)}\n"
        for u in utterances
    )
    return "\n".join((head, *cues))


def srt(utterances: Iterable[Utterance]) -> str:
    """Return SubRip captions."""
    cues = (
        f"{number}\n{format_timecode(u.start_ms, separator=',')} --> "
        f"{format_timecode(u.end_ms, separator=',')}\n{_one_line(u.text)}\n"
        for number, u in enumerate(utterances, 1)
    )
    return "\n".join(cues)


def plain_lines(utterances: Iterable[Utterance]) -> str:
    """Return one line for each utterance, its time before it, to read or to paste."""
    return "".join(f"[{format_timecode(u.start_ms)[:8]}] {_one_line(u.text)}\n" for u in utterances)


def _one_line(text: str) -> str:
    """An empty line would end a cue, so that no text may hold one."""
    return " ".join(text.split())


def _vtt_text(text: str) -> str:
    return _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
