"""Words out of sound with the real model, on the first seconds of the sample lesson."""

import json
import unicodedata
from pathlib import Path

import pytest

from bench.scoring.speech import score
from lessons import Utterance
from processing.speech_model import find_model
from processing.steps.transcribe import Recogniser, transcribe
from tests.media import door, run, source

SAMPLE = Path(__file__).parents[2] / "samples" / "lesson_zh_water.mp4"
HEARD_MS = 12_600  # of the lesson: one sentence of the teacher, in four breaths
PCM = ("-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le")


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Recogniser:
    """The model that comes with the packages, loaded once."""
    return Recogniser(find_model(None, tmp_path_factory.mktemp("model")), threads=1)


def _truth() -> list[Utterance]:
    told = json.loads(SAMPLE.with_name("lesson_zh_water.truth.json").read_text(encoding="utf-8"))
    return [
        Utterance(start_ms=one["start_ms"], end_ms=one["end_ms"], text=one["text"])
        for one in told["utterances"]
        if one["end_ms"] <= HEARD_MS
    ]


@pytest.mark.parametrize(
    "filters",
    ["anull", "pan=stereo|c0=c0|c1=0*c0", "volume=-30dB", "volume=24dB"],
    ids=["as recorded", "one channel only", "very quiet", "clipped"],
)
def test_a_teacher_is_understood(recogniser: Recogniser, tmp_path: Path, filters: str) -> None:
    """Language, words and their start are right, in simplified characters, at any level."""
    cut = (*door().source(SAMPLE), "-t", str(HEARD_MS / 1000), "-vn", "-af", filters)
    run(tmp_path, [*cut, *PCM, str(tmp_path / "sound.wav")])
    found = transcribe(tmp_path / "sound.wav", recogniser=recogniser, language=None)
    said = _truth()
    scored = score(said, found, "zh")
    assert found.language == "zh"
    assert scored.error_rate <= 0.25, [u.text for u in found.utterances]
    assert scored.start_error_ms <= 500
    assert scored.traditional == scored.loops == 0
    text = "".join(u.text for u in found.utterances)
    assert not any("FULLWIDTH LATIN" in unicodedata.name(character) for character in text)


def test_nothing_is_made_up_over_noise(recogniser: Recogniser, tmp_path: Path) -> None:
    """Room noise, a hum and silence have no words."""
    noise = "anoisesrc=c=brown:a=0.02:d=6:r=16000:seed=4"
    run(tmp_path, [*source(None, noise), *PCM, str(tmp_path / "sound.wav")])
    assert not transcribe(tmp_path / "sound.wav", recogniser=recogniser, language=None).utterances
