"""What a recording is made of: tracks as they came, renditions as we made them."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lessons.notes import Note


class TrackKind(StrEnum):
    """What a track carries."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, kw_only=True)
class Track:
    """One stream of the uploaded file, as the probe measured it."""

    index: int  # the stream's number inside the file
    kind: TrackKind
    codec: str
    start_ms: int = 0  # of its first presented sample, on the recording's clock (may be negative)
    duration_ms: int | None = None
    language: str | None = None
    # video
    width: int | None = None  # upright: as it is shown, after rotation, square pixels
    height: int | None = None
    fps: Fraction | None = None  # constant rate, or the rate a variable one is brought to
    variable_fps: bool = False
    rotation: int = 0  # degrees clockwise to turn it upright: 0, 90, 180, 270
    pixel_format: str | None = None
    interlaced: bool = False
    max_gop_ms: int | None = None  # longest stretch between two keyframes
    reordered: int = 0  # how many frames at most are decoded ahead of one shown before them
    # audio
    channels: int | None = None
    sample_rate: int | None = None


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """What the probe found: container, exact duration, and the tracks worth keeping."""

    container: str
    duration_ms: int
    tracks: tuple[Track, ...]
    zero_ms: int = 0  # where the recording's time zero lies on the file's own clock
    compliant: bool = False  # the picture can be copied as it is (design §3)
    notes: tuple[Note, ...] = ()  # what was odd yet accepted, for the operator

    @property
    def video(self) -> Track | None:
        """The track that shows the lesson, where there is one."""
        return next((t for t in self.tracks if t.kind is TrackKind.VIDEO), None)

    @property
    def audio(self) -> Track | None:
        """The track that is heard, where there is one."""
        return next((t for t in self.tracks if t.kind is TrackKind.AUDIO), None)


class RenditionSource(StrEnum):
    """How a rendition came about."""

    COPIED = "copied"
    ENCODED = "encoded"


@dataclass(frozen=True, kw_only=True)
class MediaSegment:
    """One HLS piece of a rendition's single file."""

    offset: int  # bytes
    bytes: int
    duration_us: int


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """One playable form of a recording: a single fragmented MP4, addressed by byte ranges.

    Its presentation times are on the recording's clock: the frame shown at time zero has pts 0.
    """

    name: str  # 1080p, 720p, 360p, audio, audio-original
    kind: TrackKind
    codec: str  # RFC 6381, such as avc1.640028 or mp4a.40.2
    source: RenditionSource
    digest: str  # SHA-256 of the file, its key in the object store
    bytes: int
    init_bytes: int  # length of the initialisation part at the head of the file
    segments: tuple[MediaSegment, ...]
    width: int | None = None
    height: int | None = None
    fps: Fraction | None = None
    bandwidth: int = 0  # peak bits a second over any one media segment


@dataclass(frozen=True, kw_only=True)
class Loudness:
    """Programme loudness of the sound as it came (EBU R 128), and the gain that mends it."""

    integrated_lufs: float | None  # None: digital silence
    true_peak_dbtp: float | None
    gain_db: float
