"""Run every recording of the corpus through the media steps and write `docs/tested-media.md`.

    python -m bench.tested_media CORPUS [--out docs/tested-media.md]

CORPUS is a folder with `hostile/` and `video/`. Meanwhile a listener stands on 127.0.0.1:59999, the
port that the hostile files try to reach; a connection fails the run.
"""

import argparse
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lessons import MediaInfo, Rendition, TrackKind
from lessons.errors import GuankeError, MediaFault
from processing import sandbox
from processing.ffmpeg import Ffmpeg, find_tools
from processing.steps.copy import copy_video
from processing.steps.ladder import make_ladder
from processing.steps.probe import MediaLimits, probe
from processing.steps.sound import measure_sound

CANARY = ("127.0.0.1", 59999)
HEAD = """# Tested media

Written by `python -m bench.tested_media`; do not edit. Every file goes through probe, sound, copy
and ladder; every rendition is then decoded again and must not draw a single warning.

"""


def main() -> int:
    """Run, write the page, and return 1 when a file neither worked nor was refused in words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, default=Path("docs/tested-media.md"))
    arguments = parser.parse_args()
    tools = find_tools()
    rows = []
    with socket.create_server(CANARY) as canary:
        for folder in ("hostile", "video"):
            for path in sorted((arguments.corpus / folder).iterdir()):
                rows.append(_row(path))
                sys.stderr.write(f"{rows[-1]}\n")
        canary.settimeout(0.2)
        called = _called(canary)
    failed = [row for row in rows if "| FAILED" in row]
    page = [f"ffmpeg {tools.version}; {sandbox.describe().detail}. ", f"{len(rows)} files, "]
    page += [f"{len(failed)} failed, {called} connections to the canary.\n\n"]
    page += ["| file | verdict | found, or why not |\n| --- | --- | --- |\n", *rows]
    arguments.out.write_text(HEAD + "".join(page), encoding="utf-8")
    return 1 if failed or called else 0


def _called(canary: socket.socket) -> int:
    try:
        canary.accept()
    except TimeoutError:
        return 0
    return 1


def _row(path: Path) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        try:
            info, words = _processed(path, Path(scratch))
        except MediaFault as refusal:
            verdict, words = "refused", refusal.message("en")
        except GuankeError as failure:
            verdict, words = "FAILED", repr(failure)
        else:
            verdict = "copied" if info.compliant else "encoded"
    name = path.name.replace("|", "\\|").replace("`", "'")
    return f"| `{name}` | {verdict} | {words.replace('|', '/').removeprefix(path.name + ': ')} |\n"


def _processed(path: Path, scratch: Path) -> tuple[MediaInfo, str]:
    door = Ffmpeg(find_tools(), file_name=path.name)
    info = probe(path, ffmpeg=door, limits=MediaLimits(), scratch=scratch)
    loudness = None
    if info.audio:
        loudness = measure_sound(path, info, ffmpeg=door, scratch=scratch).loudness
    heights = (1080, 720, 360)
    ladder = make_ladder(path, info, loudness, heights=heights, ffmpeg=door, scratch=scratch)
    made = list(zip(ladder.renditions, ladder.products, strict=True))
    if info.compliant:
        copied = copy_video(path, info, ffmpeg=door, scratch=scratch)
        made += zip(copied.renditions, copied.products, strict=True)
    warnings = 0
    for _, product in made:
        said = door.run([*door.source(product.path), "-f", "null", "-"], scratch=scratch)
        warnings += said.count("[error]") + said.count("[warning]")
    words = [", ".join(_facts(info)), "→ " + ", ".join(_name(r) for r, _ in made)]
    words += [f"**{warnings} warnings**"] if warnings else []
    words += ["; ".join(note.message("en") for note in info.notes)] if info.notes else []
    return info, ". ".join(words)


def _facts(info: MediaInfo) -> Iterator[str]:
    yield f"{info.container} {info.duration_ms / 1000:.2f} s"
    if video := info.video:
        fps = f"{float(video.fps or 0):.3f}".rstrip("0").rstrip(".")
        yield f"{video.codec} {video.width}×{video.height} {fps} fps"
    if audio := info.audio:
        yield f"{audio.codec} {audio.channels} ch"


def _name(rendition: Rendition) -> str:
    size = f" {rendition.width}×{rendition.height}" if rendition.kind is TrackKind.VIDEO else ""
    return f"{rendition.name}{size}"


if __name__ == "__main__":
    sys.exit(main())
