"""Transcripts that people write: what is taken, and what is refused with its place and cause."""

import json
from pathlib import Path

import pytest

from guanke import transcript_file
from guanke.transcript_file import read_transcript
from lessons.errors import MediaMissing, TranscriptUnreadable

GOOD = {"start_ms": 0, "end_ms": 900, "text": "同学们好。"}


def written(folder: Path, tree: object) -> str:
    """Return the name of a file with `tree` in it."""
    path = folder / "words.json"
    path.write_text(tree if isinstance(tree, str) else json.dumps(tree), encoding="utf-8")
    return str(path)


def test_the_least_that_is_a_transcript(tmp_path: Path) -> None:
    """No language, no speaker, no words, and even no utterance will do."""
    assert read_transcript(written(tmp_path, {"utterances": []})).utterances == ()
    read = read_transcript(written(tmp_path, {"utterances": [GOOD]}))
    assert read.language is None
    assert read.utterances[0].speaker is None


@pytest.mark.parametrize(
    ("label", "speaker"),
    [("teacher", "teacher"), ("老师", "teacher"), ("S2", "student"), ("SPEAKER_00", None)],
)
def test_speakers_by_many_names(tmp_path: Path, label: str, speaker: str | None) -> None:
    """A label that says who it is counts; the number of a voice says nothing."""
    name = written(tmp_path, {"utterances": [GOOD | {"speaker": label}]})
    assert read_transcript(name).utterances[0].speaker == speaker


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ('{"utterances": [\n{]}', "2"),
        ("[" * 100_000, "嵌套"),
        ([], "utterances"),
        ({"language": 3, "utterances": []}, "language"),
        ({"utterances": [GOOD, 7]}, "utterances.1"),
        ({"utterances": [{"end_ms": 5, "text": "a"}]}, "utterances.0.start_ms"),
        ({"utterances": [GOOD | {"end_ms": "5"}]}, "utterances.0.end_ms"),
        ('{"utterances": [{"start_ms": 0, "end_ms": NaN, "text": ""}]}', "utterances.0.end_ms"),
        ({"utterances": [GOOD | {"start_ms": 1000}]}, "utterances.0"),
        ({"utterances": [GOOD | {"text": None}]}, "utterances.0.text"),
        ({"utterances": [GOOD | {"text": "\ud800"}]}, "utterances.0.text"),
        ({"utterances": [GOOD | {"words": [{"text": 1}]}]}, "utterances.0.words"),
        ({"utterances": [GOOD | {"words": [{"start_ms": 9, "end_ms": 1, "text": "a"}]}]}, "words"),
    ],
)
def test_a_fault_is_named_by_its_place(tmp_path: Path, tree: object, place: str) -> None:
    """Each fault has a sentence of its own, whole in either language."""
    with pytest.raises(TranscriptUnreadable) as caught:
        read_transcript(written(tmp_path, tree))
    assert place in caught.value.message("zh")
    assert "—" not in caught.value.message("zh")
    assert "words.json" in caught.value.message("en")


def test_what_is_no_text_or_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that are no text, a folder, a missing file, and more than a lesson can hold."""
    path = tmp_path / "bytes.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TranscriptUnreadable, match="UTF-8"):
        read_transcript(str(path))
    with pytest.raises(TranscriptUnreadable):
        read_transcript(str(tmp_path))
    with pytest.raises(MediaMissing):
        read_transcript(str(tmp_path / "gone.json"))
    monkeypatch.setattr(transcript_file, "MOST_UTTERANCES", 1)
    with pytest.raises(TranscriptUnreadable, match="more than 1"):
        read_transcript(written(tmp_path, {"utterances": [GOOD, GOOD]}))
    monkeypatch.setattr(transcript_file, "LARGEST_BYTES", 10)
    with pytest.raises(TranscriptUnreadable, match="larger"):
        read_transcript(written(tmp_path, {"utterances": [GOOD]}))
