"""Small recordings made on the spot with our own ffmpeg, for every test that needs media.

Nothing here is random: the same call gives the same pictures and sounds.
"""

from collections.abc import Sequence
from pathlib import Path

from lessons import MediaInfo
from processing.ffmpeg import Ffmpeg, find_tools
from processing.steps.probe import MediaLimits, probe

FLASH_EVERY_S, FLASH_AT_S = 3, 2  # a white picture and a beep at 2 s, 5 s, 8 s, …
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-threads", "2", "-pix_fmt", "yuv420p")
X264_B = (
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-threads",
    "2",
    "-pix_fmt",
    "yuv420p",
    "-bf",
    "3",
)
X265_10 = (
    *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"),
    *("-x265-params", "log-level=error:pools=1"),
)
AAC = ("-c:a", "aac", "-b:a", "96k")


def door(file_name: str = "lesson") -> Ffmpeg:
    """Return a door to ffmpeg that nobody stops or listens to."""
    return Ffmpeg(find_tools(), file_name=file_name)


def run(folder: Path, arguments: Sequence[str]) -> None:
    """Run ffmpeg in `folder` with arguments of the test's own."""
    door().run(arguments, scratch=folder)


def source(picture: str | None, sound: str | None) -> list[str]:
    """Return the inputs for lavfi descriptions of a picture and a sound."""
    return [part for graph in (picture, sound) if graph for part in ("-f", "lavfi", "-i", graph)]


def moving(seconds: float = 6, *, fps: str = "25", size: str = "320x180") -> str:
    """Return a moving picture with a counter."""
    return f"testsrc2=r={fps}:s={size}:d={seconds}"


def tone(seconds: float = 6, *, level: float = 0.1, rate: int = 48_000) -> str:
    """Return a mono sine of 440 Hz, `level` of full scale."""
    return f"aevalsrc={level}*sin(2*PI*440*t):d={seconds}:s={rate}"


def flash(seconds: float = 9, *, fps: str = "25", size: str = "320x180") -> str:
    """Return a black picture that is white for 100 ms at 2 s, 5 s, …"""
    lit = f"between(mod(t+0.0005,{FLASH_EVERY_S}),{FLASH_AT_S},{FLASH_AT_S}.1)"
    return f"color=c=black:s={size}:r={fps}:d={seconds},drawbox=t=fill:c=white:enable='{lit}'"


def beep(seconds: float = 9, *, rate: int = 48_000) -> str:
    """Return silence with 100 ms of 1 kHz at 2 s, 5 s, …"""
    on = f"between(mod(t,{FLASH_EVERY_S}),{FLASH_AT_S},{FLASH_AT_S}.1)"
    return f"aevalsrc='if({on},0.5*sin(2*PI*1000*t),0)':d={seconds}:s={rate}"


def make_lesson(
    folder: Path,
    name: str = "lesson.mp4",
    *,
    picture: str | None = "",
    sound: str | None = "",
    options: Sequence[str] = (*X264, "-g", "50", *AAC),
) -> Path:
    """Make a recording of six seconds, 320x180, with a tone, or what the arguments ask for."""
    picture = moving() if picture == "" else picture
    sound = tone() if sound == "" else sound
    run(folder, [*source(picture, sound), *options, str(folder / name)])
    return folder / name


def remux(
    folder: Path, name: str, made: Path, *, audio_late: float = 0, video_late: float = 0
) -> Path:
    """Copy `made` with one of its streams shifted to a later start."""
    run(
        folder,
        [
            *("-itsoffset", str(video_late), "-i", f"file:{made}"),
            *("-itsoffset", str(audio_late), "-i", f"file:{made}"),
            *("-map", "0:v", "-map", "1:a", "-c", "copy", str(folder / name)),
        ],
    )
    return folder / name


def probed(path: Path, scratch: Path) -> MediaInfo:
    """Return what the probe finds in `path`."""
    return probe(path, ffmpeg=door(path.name), limits=MediaLimits(), scratch=scratch)


def flashes_ms(path: Path, scratch: Path) -> list[float]:
    """Return when the picture in `path` turns white, by its own presentation times."""
    found = door().probe(
        path, "-select_streams", "v:0", "-show_packets", "-show_entries", "packet=pts_time"
    )
    times = sorted(float(p["pts_time"]) for p in found["packets"])
    arguments = [*door().source(path), "-map", "0:v", "-vf", "scale=2:2,format=gray"]
    arguments += ["-fps_mode", "passthrough"]
    levels = [max(f) for f in door().frames(arguments, scratch=scratch, frame_bytes=4)]
    lit = [level > 128 for level in levels]
    return [times[n] * 1000 for n in range(len(lit)) if lit[n] and (n == 0 or not lit[n - 1])]


def beeps_ms(path: Path, scratch: Path) -> list[float]:
    """Return when the sound in `path` starts to beep, by its own presentation times."""
    arguments = [*door().source(path), "-map", "0:a", "-copyts", "-ac", "1", "-ar", "16000"]
    arguments += ["-af", "aresample=16000:async=1:first_pts=0", "-c:a", "pcm_s16le"]
    data = b"".join(door().frames(arguments, scratch=scratch, frame_bytes=2))
    levels = memoryview(data).cast("h")
    found: list[float] = []
    quiet = 10_000
    for number, level in enumerate(levels):
        if abs(level) > 2500:
            if quiet > 1600:
                found.append(number / 16)
            quiet = 0
        else:
            quiet += 1
    return found
