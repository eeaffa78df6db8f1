"""Read a transcript that somebody wrote: every fault named by its place, in both languages."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lessons import Transcript, Utterance, Word
from lessons.errors import BadSpan, MediaMissing, TranscriptUnreadable
from storage.mapping import adapter

LARGEST_BYTES = 64 * 1024 * 1024
MOST_UTTERANCES = 20_000  # two days of talk
LONGEST_MS = 24 * 3_600_000
TEACHER = {"teacher", "t", "老师", "教师", "师"}
PUPIL = {"student", "pupil", "s", "学生", "生"}


def read_transcript(name: str) -> Transcript:
    """Return the transcript in the file `name`, or from the standard input where it is `-`.

    Raises:
        MediaMissing: there is no such file.
        TranscriptUnreadable: it is no transcript; the message says where and why.
    """
    return _Reader(name).read()


class _Reader:
    """One file, and how to complain about it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def read(self) -> Transcript:
        try:
            tree = json.loads(self._text())
        except json.JSONDecodeError as fault:
            place = f"line {fault.lineno}, column {fault.colno}"
            raise self._fault(
                f"{place} is not valid JSON",
                f"第 {fault.lineno} 行第 {fault.colno} 列不是有效的 JSON",
            ) from fault
        except (RecursionError, ValueError) as fault:
            raise self._fault("it is nested too deep", "嵌套层数过多") from fault
        if not isinstance(tree, dict) or not isinstance(tree.get("utterances"), list):
            raise self._fault("`utterances` is missing or no list", "缺少 utterances 列表")
        language, entries = tree.get("language"), tree["utterances"]
        if language is not None and not isinstance(language, str):
            raise self._fault("`language` is no text", "language 不是文字")
        if len(entries) > MOST_UTTERANCES:
            raise self._fault(
                f"more than {MOST_UTTERANCES} utterances", f"语句超过 {MOST_UTTERANCES} 条"
            )
        utterances = [self._utterance(number, entry) for number, entry in enumerate(entries)]
        return Transcript(language=language, utterances=tuple(utterances))

    def _text(self) -> str:
        try:
            if self._name == "-":
                content = sys.stdin.buffer.read(LARGEST_BYTES + 1)
            else:
                with Path(self._name).open("rb") as opened:
                    content = opened.read(LARGEST_BYTES + 1)
        except FileNotFoundError as fault:
            raise MediaMissing(file=self._name) from fault
        except OSError as fault:
            raise self._fault("it cannot be read", "无法读取") from fault
        if len(content) > LARGEST_BYTES:
            size = LARGEST_BYTES // 1024 // 1024
            raise self._fault(f"larger than {size} MB", f"大于 {size} MB")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise self._fault("it is no text in UTF-8", "不是 UTF-8 编码的文本") from fault

    def _utterance(self, number: int, entry: Any) -> Utterance:
        place = f"utterances.{number}"
        if not isinstance(entry, dict):
            raise self._fault(f"{place} is no object", f"{place} 不是对象")
        start_ms, end_ms = (self._time(place, entry, key) for key in ("start_ms", "end_ms"))
        if end_ms < start_ms:
            raise self._fault(f"{place} ends before it starts", f"{place} 的结束早于开始")
        text = entry.get("text")
        if not isinstance(text, str) or not _writable(text):
            raise self._fault(f"{place}.text is missing or no text", f"{place}.text 缺失或不是文字")
        return Utterance(
            start_ms=start_ms,
            end_ms=end_ms,
            text=text,
            words=self._words(place, entry.get("words") or ()),
            speaker=_speaker(entry.get("speaker")),
        )

    def _time(self, place: str, entry: Mapping[str, Any], key: str) -> int:
        value: object = entry.get(key)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not 0 <= value <= LONGEST_MS
        ):
            raise self._fault(
                f"{place}.{key} is missing or no time in milliseconds within a day",
                f"{place}.{key} 缺失，或不是一天以内的毫秒数",
            )
        return round(value)

    def _words(self, place: str, words: Any) -> tuple[Word, ...]:
        try:
            read: tuple[Word, ...] = adapter(tuple[Word, ...]).validate_python(words)
        except (ValidationError, BadSpan) as fault:
            raise self._fault(
                f"{place}.words is no list of words", f"{place}.words 格式有误"
            ) from fault
        return read

    def _fault(self, detail: str, detail_zh: str) -> TranscriptUnreadable:
        return TranscriptUnreadable(file=self._name, detail=detail, detail_zh=detail_zh)


def _writable(text: str) -> bool:
    """Return whether a text can be written down: half of a surrogate pair cannot."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _speaker(value: Any) -> str | None:
    """Return teacher or student where the label says so; a number of a voice says neither."""
    label = str(value or "").strip().lower()
    if label in TEACHER:
        return "teacher"
    return "student" if label in PUPIL or label.rstrip("0123456789") in PUPIL else None
