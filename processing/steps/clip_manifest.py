"""What a clip can prove of itself: where it comes from, what was asked, what was delivered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from lessons import Rendition, Span

CUT_VERSION = 1  # of this code: raise it when the same cut gives other bytes


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What the cut made of what was asked."""

    span: Span
    first_frame: int | None = None  # None: sound only
    end_frame: int | None = None
    copied_frames: int = 0
    encoded_frames: int = 0


def manifest_json(
    facts: Mapping[str, object],
    *,
    asked: Span,
    delivered: Delivered,
    rendition: Rendition,
    media_sha256: str,
    subtitles: Mapping[str, str],
    ffmpeg_version: str,
) -> str:
    """Return the manifest as JSON, the same for the same cut.

    Args:
        facts: what only the caller knows (source SHA-256, model versions, who, when); they stand
            at the top, beside what the cut adds, and never replace it.
        asked: the stretch that was wanted.
        delivered: the stretch that was made of it.
        rendition: what it was cut from.
        media_sha256: of the clip's file.
        subtitles: SHA-256 by kind, such as vtt.
        ffmpeg_version: of the tool that encoded the edges.
    """
    found: dict[str, object] = {
        **facts,
        "span_asked": _span(asked),
        "span_delivered": {
            **_span(delivered.span),
            "fps": _fraction(rendition.fps),
            "first_frame": delivered.first_frame,
            "end_frame": delivered.end_frame,
            "copied_frames": delivered.copied_frames,
            "encoded_frames": delivered.encoded_frames,
        },
        "rendition": {
            "name": rendition.name,
            "sha256": rendition.digest,
            "codec": rendition.codec,
            "source": rendition.source.value,
            "width": rendition.width,
            "height": rendition.height,
        },
        "media_sha256": media_sha256,
        "subtitles_sha256": dict(subtitles),
        "cut_version": CUT_VERSION,
        "ffmpeg": ffmpeg_version,
    }
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"


def _span(span: Span) -> dict[str, int]:
    return {"start_ms": span.start_ms, "end_ms": span.end_ms}


def _fraction(fps: Fraction | None) -> str | None:
    return None if fps is None else f"{fps.numerator}/{fps.denominator}"
