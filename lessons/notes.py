"""What was odd about an upload and was accepted all the same, in words for the operator."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Note:
    """One oddity: a code of `WORDS`, and what is filled in."""

    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def message(self, language: str = "zh") -> str:
        """Return it in `zh` or `en`."""
        return WORDS[self.code][0 if language == "zh" else 1].format_map(self.facts)


def encoded(code: str, **facts: str | int) -> Note:
    """Return why a picture was encoded instead of copied."""
    return Note(code=f"encoded-{code}", facts=facts)


WORDS: Mapping[str, tuple[str, str]] = {
    # Why the picture could not be copied.
    "encoded-codec": ("编码为 {codec}，已转码", "encoded: the codec is {codec}"),
    "encoded-container": ("封装为 {container}，已转码", "encoded: carried in {container}"),
    "encoded-profile": (
        "编码规格为 {profile}，已转码",
        "encoded: the profile is {profile}",
    ),
    "encoded-pixels": ("像素格式为 {pixels}，已转码", "encoded: the pixels are {pixels}"),
    "encoded-level": ("编码级别过高，已转码", "encoded: the level is too high"),
    "encoded-turned": (
        "画面经过旋转或镜像，已转正",
        "encoded: the picture is turned or mirrored",
    ),
    "encoded-stretched": ("像素不是方形，已转码", "encoded: the pixels are not square"),
    "encoded-odd": ("宽或高为奇数，已转码", "encoded: a side is odd"),
    "encoded-large": ("分辨率高于 4K，已缩小", "encoded: larger than 4K"),
    "encoded-interlaced": ("隔行扫描，已转为逐行", "encoded: interlaced"),
    "encoded-variable": (
        "帧率不固定，已转为固定帧率",
        "encoded: the frame rate is variable",
    ),
    "encoded-fast": (
        "帧率高于每秒 60 帧，已转码",
        "encoded: more than 60 frames a second",
    ),
    "encoded-keyframes": ("关键帧间隔过长，已转码", "encoded: keyframes are too rare"),
    "encoded-start": (
        "开头不是完整画面，已转码",
        "encoded: does not start with a whole picture",
    ),
    "encoded-changes": (
        "中途改变了编码参数，已转码",
        "encoded: parameters change on the way",
    ),
    "encoded-damaged": (
        "部分画面已损坏，已尽量修复",
        "encoded: parts of it are damaged",
    ),
    # Which tracks were taken.
    "pictures": (
        "文件里有 {count} 路画面，采用第 {track} 轨",
        "{count} pictures inside; track {track} is used",
    ),
    "picture-broken": (
        "第 {track} 轨的画面无法解码",
        "the picture in track {track} can't be decoded",
    ),
    "picture-empty": (
        "画面轨没有内容，只保留声音",
        "the picture track holds no frame; only the sound is kept",
    ),
    "sounds": (
        "文件里有 {count} 路声音，采用第 {track} 轨",
        "{count} sound tracks; track {track} is used",
    ),
    "sound-broken": (
        "第 {track} 轨的声音无法解码",
        "the sound in track {track} can't be decoded",
    ),
    # How its times lie.
    "cut-short": (
        "录制中断：文件头标明 {promised} 秒，实际只有 {seconds} 秒",
        "cut short: the header promises {promised} s, there are {seconds} s",
    ),
    "sound-early": (
        "画面开始之前 {ms} 毫秒的声音已略去",
        "{ms} ms of sound before the first picture are left out",
    ),
    "sound-late": (
        "声音比画面晚开始 {ms} 毫秒",
        "the sound starts {ms} ms after the picture",
    ),
}
