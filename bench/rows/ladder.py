"""Rows 1 to 4: the renditions, alone and with everything else that the same pass makes."""

from dataclasses import replace
from pathlib import Path

from bench.inputs import Inputs, door, ffmpeg, known
from bench.paired import Pairing, Work, command, in_turn
from bench.rows import Row
from lessons import Loudness, MediaInfo
from processing.steps.copy import copy_video
from processing.steps.ladder import make_ladder
from processing.steps.opening import opened
from processing.steps.pictures import cascade, encoded_picture, rungs
from processing.steps.sound import measure_sound

HEIGHTS = (1080, 720, 360)
SECONDS, QUICK_SECONDS = 60, 12
_RATES = {1080: 4500, 720: 2500, 360: 800}
_HLS = (
    *("-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod"),
    *("-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"),
)
_AAC = ("-c:a", "aac", "-b:a", "128k")


def rows(inputs: Inputs) -> list[Row]:
    """Measure a compliant source, one that is not, and what the by-products add."""
    source = inputs.excerpt(QUICK_SECONDS if inputs.quick else SECONDS)
    info = known(source, inputs.scratch("probe"))
    assert info.compliant
    strange = replace(info, compliant=False)
    peer = command(*_each_alone(source, inputs.scratch("peer"), HEIGHTS))
    ours, encoded = (_ladder_alone(inputs, source, i) for i in (info, strange))
    first = in_turn(ours, peer, rounds=inputs.rounds)
    second = in_turn(encoded, peer, rounds=inputs.rounds)
    whole = _whole(inputs, source, info)
    third = in_turn(whole, ours, rounds=inputs.rounds)
    apart = command(*_in_passes(source, inputs.scratch("passes")))
    fourth = in_turn(whole, apart, rounds=inputs.rounds)
    return [
        _row("1", "ladder, 1080 copied + 720 + 360", "one process per rendition", first, 0.34),
        _row("2", "ladder, three encodes", "one process per rendition", second, 0.78),
        _row("3", "ladder and all by-products", "the ladder alone", third, 1.05),
        _row("4", "the same", "separate passes", fourth, 0.56),
    ]


def _row(number: str, what: str, against: str, pairing: Pairing, bar: float) -> Row:
    return Row(
        number=number,
        what=what,
        against=against,
        bar=f"≤ {bar}",
        measured=f"{pairing.ratio:.3f}",
        holds=pairing.ratio <= bar,
        detail=pairing.told(),
    )


def _ladder_alone(inputs: Inputs, source: Path, info: MediaInfo) -> Work:
    """The product's own graph and options for the renditions and one sound, nothing beside them."""
    scratch = inputs.scratch(f"ladder-{info.compliant}")
    tall = rungs(info, HEIGHTS)

    def run() -> None:
        tool = door()
        if info.compliant:
            copy_video(source, info, ffmpeg=tool, scratch=scratch)
        outputs: list[str] = []
        for number, rung in enumerate(tall):
            outputs += ["-map", f"[picture{number}]"]
            outputs += [*encoded_picture(rung, like_source=info.compliant)]
            outputs += [str(scratch / f"{rung.height}.mp4")]
        graph = f"{cascade(info, tall)};[rest]nullsink"
        sound = ("-map", "0:a", *_AAC, str(scratch / "sound.mp4"))
        arguments = [*opened(source, info, tool), "-filter_complex", graph, *outputs, *sound]
        tool.run(arguments, scratch=scratch, duration_ms=info.duration_ms)

    return run


def _whole(inputs: Inputs, source: Path, info: MediaInfo) -> Work:
    """What the product does: sound measured, source copied, and the one pass."""
    scratch = inputs.scratch("whole")

    def run() -> None:
        tool = door()
        heard = measure_sound(source, info, ffmpeg=tool, scratch=scratch)
        copy_video(source, info, ffmpeg=tool, scratch=scratch)
        loudness: Loudness = heard.loudness
        make_ladder(source, info, loudness, heights=HEIGHTS, ffmpeg=tool, scratch=scratch)

    return run


def _encode(height: int) -> list[str]:
    rate = _RATES[height]
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-maxrate", f"{rate}k"),
        *("-bufsize", f"{2 * rate}k", "-g", "100", "-keyint_min", "100"),
        *("-sc_threshold", "0", "-profile:v", "main"),
    ]


def _each_alone(source: Path, scratch: Path, heights: tuple[int, ...]) -> list[list[str]]:
    """A process per rendition, each with its own sound, as video platforms do it."""
    return [
        ffmpeg(
            *("-i", str(source), "-vf", f"scale=-2:{height}", *_encode(height), *_AAC, *_HLS),
            scratch / f"{height}.m3u8",
        )
        for height in heights
    ]


def _in_passes(source: Path, scratch: Path) -> list[list[str]]:
    """The source copied and two encodes in one process, and a pass for each by-product."""
    graph = "[0:v]split[a][b];[a]scale=-2:720[x];[b]scale=-2:360[y]"
    tall, middle, small = (str(scratch / f"{height}.m3u8") for height in HEIGHTS)
    ladder = [
        *("-i", str(source), "-map", "0:v", "-c", "copy", *_HLS, tall),
        *("-filter_complex", graph, "-map", "[x]", *_encode(720), *_HLS, middle),
        *("-map", "[y]", *_encode(360), *_HLS, small),
    ]
    loud = "loudnorm=I=-16:TP=-1.5:LRA=11"
    known_loud = f"{loud}:measured_I=-24:measured_TP=-3:measured_LRA=7:measured_thresh=-34"
    sound = ("-i", source, "-vn", "-af")
    look = ("-i", source, "-an", "-vf")
    return [
        ffmpeg(*ladder),
        ffmpeg(*sound, f"{loud}:print_format=json", "-f", "null", "-"),
        ffmpeg(*sound, known_loud, "-ar", "48000", *_AAC, scratch / "sound.m4a"),
        ffmpeg(*sound, "anull", "-ar", "16000", "-ac", "1", scratch / "sound.wav"),
        ffmpeg(*look, "fps=2,scale=320:180,format=gray", "-c:v", "ffv1", scratch / "frames.mkv"),
        ffmpeg(*look, "fps=1/2,scale=160:90,tile=10x10", scratch / "sheet-%d.jpg"),
        ffmpeg("-ss", "5", *look, "scale=1280:-2", "-frames:v", "1", scratch / "poster.jpg"),
    ]
