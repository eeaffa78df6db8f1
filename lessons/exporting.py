"""Downloads of clips: in which forms (profiles) they are made, and which of them a clip fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lessons.media import Rendition
from lessons.timing import Span
from lessons.words import Utterance

SOUND_BITRATE = 128_000  # bit/s
LEAST_PICTURE_BITRATE = 150_000  # bit/s; with less nobody recognises anything
OVERHEAD = 0.96  # what is left of the limit for picture and sound: containers, and rate control


class Subtitles(StrEnum):
    """Where the words of a download are."""

    BURNED = "burned"  # in the picture
    BESIDE = "beside"  # in files of their own
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class ExportProfile:
    """One form of download; a limit that is None does not hold. Bytes are bytes, not MiB."""

    code: str
    zh: str
    en: str
    max_seconds: int | None = None
    max_bytes: int | None = None
    max_height: int | None = None
    subtitles: Subtitles = Subtitles.BESIDE


class Unfit(StrEnum):
    """Why a clip can't be had in a profile."""

    TOO_LONG = "too-long"
    TOO_LARGE = "too-large"  # so many seconds do not go into so few bytes
    NO_PICTURE = "no-picture"


def picture_bitrate(profile: ExportProfile, duration_ms: int) -> int | None:
    """Return the most bit/s that a picture may have to keep the size; None: as it likes."""
    if profile.max_bytes is None:
        return None
    whole = profile.max_bytes * 8 * OVERHEAD * 1000 / max(duration_ms, 1)
    return max(1, int(whole) - SOUND_BITRATE)


def unfit(profile: ExportProfile, span: Span, *, picture: bool) -> Unfit | None:
    """Return why a clip does not fit a profile; None where it does."""
    if profile.max_seconds is not None and span.duration_ms > profile.max_seconds * 1000:
        return Unfit.TOO_LONG
    if profile.subtitles is Subtitles.BURNED and not picture:
        return Unfit.NO_PICTURE
    most = picture_bitrate(profile, span.duration_ms)
    if most is not None and most < (LEAST_PICTURE_BITRATE if picture else 0):
        return Unfit.TOO_LARGE
    return None


def spoken_in(utterances: Iterable[Utterance], span: Span) -> list[list[object]]:
    """Return what subtitles of `span` depend on, to tell whether a correction touches them."""
    return [[u.start_ms, u.end_ms, u.text] for u in utterances if u.overlap_ms(span)]


def source_of(pictures: Sequence[Rendition], profile: ExportProfile) -> Rendition:
    """Return the tallest picture that the profile allows, or else the smallest there is."""
    most = profile.max_height
    allowed = [r for r in pictures if most is None or (r.height or 0) <= most]
    if allowed:
        return max(allowed, key=lambda r: r.height or 0)
    return min(pictures, key=lambda r: r.height or 0)


def estimated_bytes(profile: ExportProfile, rendition: Rendition, span: Span) -> int:
    """Return about how large a download will be, from the rendition it is cut from."""
    length_us = sum(segment.duration_us for segment in rendition.segments) or 1
    likely = rendition.bytes * span.duration_ms * 1000 // length_us
    likely += SOUND_BITRATE * span.duration_ms // 8000
    return likely if profile.max_bytes is None else min(likely, profile.max_bytes)
