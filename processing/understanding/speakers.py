"""Guess who speaks in each line where the transcript does not say: the teacher or a pupil."""

import math
from collections.abc import Sequence

from processing.understanding.knowledge import SpeakerCues
from processing.understanding.sound import fold, is_han
from processing.understanding.talk import Line

_LONGEST = 40  # characters beyond which length says no more
_LATIN_SHARE = 4  # Latin letters that take as long to say as one Chinese character


def guess_speakers(lines: Sequence[Line], cues: SpeakerCues) -> None:
    """Set in each line how likely the teacher speaks.

    The transcript's label decides where there is one, else the wording and the lines around.
    """
    texts = [fold(line.utterance.text).strip(" ，。,") for line in lines]
    for index, line in enumerate(lines):
        known = line.utterance.speaker
        if known is not None:
            line.teacher = 1.0 if known == "teacher" else 0.0
            continue
        text = texts[index]
        following = texts[index + 1] if index + 1 < len(lines) else ""
        signs = {
            "bias": 1.0,
            "after_question": float(index > 0 and lines[index - 1].question),
            "question": float(line.question),
            "length": min(_spoken(text), _LONGEST) / 20,
            "teacher_voice": float(line.has("teacher_voice")),
            "praise": float(line.has("praise")),
            "calls": float(line.has("class_call") or line.has("ask_volunteer")),
            "pupil_voice": float(line.has("pupil_voice")),
            "taken_up": float(following.startswith(cues.takes_up)),
            "takes_up": float(text.startswith(cues.takes_up)),
            "answers": float(text.startswith(cues.answers)),
            "you": float("你" in text or "you" in text),
            "slide": float(line.slide),
            "addresses": float(text.startswith("老师") or text.endswith("teacher.")),
        }
        odds = sum(cues.weights.get(name, 0.0) * value for name, value in signs.items())
        line.teacher = 1 / (1 + math.exp(-odds))


def _spoken(text: str) -> float:
    """Return the length of a text in Chinese characters, Latin letters by the time they take."""
    han = sum(map(is_han, text))
    return han + (len(text) - han) / (_LATIN_SHARE if han * 2 < len(text) else 1)
