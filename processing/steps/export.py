"""A download of a clip in the form that a profile asks for: size, height, where its words are.

It begins with the smart cut, and is encoded only where the profile can't be met without.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lessons import Rendition, Span, TrackKind, Transcript, Utterance
from lessons.captions import within
from lessons.errors import MediaTooLarge
from lessons.exporting import SOUND_BITRATE, ExportProfile, Subtitles, picture_bitrate
from processing.ffmpeg import Ffmpeg
from processing.products import Product
from processing.steps.clip import cut_clip
from processing.steps.subtitle_pictures import Look, write_subtitles

QUALITY = 21  # x264's CRF, below the limit of the size
ENCODE = ("-c:v", "libx264", "-preset", "veryfast", "-crf", str(QUALITY), "-pix_fmt", "yuv420p")


def export_clip(
    video: Path,
    rendition: Rendition,
    audio: Path | None,
    span: Span,
    profile: ExportProfile,
    *,
    subtitles: Transcript | None,
    facts: Mapping[str, object],
    ffmpeg: Ffmpeg,
    scratch: Path,
) -> Product:
    """Make the download of `span`; the arguments are those of `cut_clip`, and the profile.

    Raises:
        MediaTooLarge: it is larger than the profile allows, however it is encoded.
        And all that `cut_clip` and the door raise.
    """
    beside = profile.subtitles is Subtitles.BESIDE
    cut = cut_clip(
        video,
        rendition,
        audio,
        span,
        subtitles=subtitles if beside else None,
        facts=facts,
        ffmpeg=ffmpeg,
        scratch=scratch,
    )
    media = cut.media
    if rendition.kind is TrackKind.VIDEO:
        burned = subtitles.utterances if subtitles and profile.subtitles is Subtitles.BURNED else ()
        lines = [u for u in within(burned, cut.delivered) if u.text.strip()]
        if lines or not _meets(media, rendition, profile):
            media = _encoded(media.path, rendition, lines, cut.delivered, profile, ffmpeg, scratch)
    if profile.max_bytes is not None and media.bytes > profile.max_bytes:
        raise MediaTooLarge(file=ffmpeg.file_name, detail="bytes", limit=profile.max_bytes)
    return media


def _meets(media: Product, rendition: Rendition, profile: ExportProfile) -> bool:
    small = profile.max_bytes is None or media.bytes <= profile.max_bytes
    return small and (profile.max_height is None or (rendition.height or 0) <= profile.max_height)


def _encoded(
    media: Path,
    rendition: Rendition,
    lines: Sequence[Utterance],
    span: Span,
    profile: ExportProfile,
    ffmpeg: Ffmpeg,
    scratch: Path,
) -> Product:
    width, height = _size(rendition, profile)
    made = scratch / "export.mp4"
    arguments = ffmpeg.source(media)
    graph = f"[0:v:0]scale={width}:{height},setsar=1"
    if lines:
        look = Look.of(width, height)
        words = scratch / "words.mov"
        write_subtitles(words, lines, look, span.duration_ms)
        arguments += ffmpeg.source(words)
        top = max(0, height - look.height - height // 40)
        graph += f"[picture];[picture][1:v:0]overlay=0:{top}:eof_action=pass"
    arguments += ["-filter_complex", f"{graph},format=yuv420p[out]", "-map", "[out]"]
    arguments += ["-map", "0:a?", *ENCODE]
    most = picture_bitrate(profile, span.duration_ms)
    if most is not None:
        arguments += ["-maxrate", str(most), "-bufsize", str(most)]
    arguments += ["-c:a", "aac", "-b:a", str(SOUND_BITRATE), "-sn", "-dn", "-map_metadata", "-1"]
    arguments += ["-movflags", "+faststart", "-fflags", "+bitexact", "-f", "mp4", str(made)]
    ffmpeg.run(arguments, scratch=scratch, duration_ms=span.duration_ms)
    return Product.of(made, "video/mp4")


def _size(rendition: Rendition, profile: ExportProfile) -> tuple[int, int]:
    width, height = rendition.width or 2, rendition.height or 2
    wanted = min(height, profile.max_height or height)
    return max(2, round(width * wanted / height / 2) * 2), max(2, wanted // 2 * 2)
