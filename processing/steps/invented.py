"""Tells recognised speech from what a recogniser makes up where nobody speaks.

Whisper learned from subtitles: over noise it writes their credits, thanks for watching, or one
syllable again and again. A teacher may well say thanks, so a phrase alone condemns nothing: it goes
only with a doubtful sound (low word probability, much quieter than the talk around it).
"""

import re

import numpy as np

from processing.steps.chinese import plain
from processing.steps.utterances import CutWords

# Never said in a lesson, whatever the sound.
_CREDITS = re.compile(
    r"请不吝点赞|点赞订阅|订阅转发|打赏支持|明镜与点点|字[幕母](?:由|志愿者|提供|制作|组)|优优独播剧场"
    r"|amaraorg|subtitlesby|captionsby|captionedby|soustitres|soustitrage|untertitel"
)
# Said by people too: gone only where the sound is doubtful.
_FAREWELLS = re.compile(
    r"^(谢谢(观看|收看|收听|大家)?|感谢(观看|收看|您的观看|大家收看)|下期(节目)?再见|我们下期再见|多谢|不客气|嗯+|啊+|哦+|我+"
    r"|thanks?(you)?(forwatching|verymuch|somuch)?|you+|bye(bye)?|okay|merci(davoirregardé)?)$"
)
MOST_ALIKE = 0.5  # share of different neighbouring letters below which 24 letters are a loop
_LOOP = re.compile(r"(.{2,12}?)\1{3,}|(.)\2{5,}")
DOUBTFUL, HOPELESS = 0.45, 0.25  # mean probability of the words
FAINT_DB, SILENT_DB = 13.0, 19.0  # below the louder speech around it
MOST_LETTERS_A_SECOND = {"zh": 12.0}
MOST_LETTERS = 35.0


def looping(letters: str) -> bool:
    """Return whether `letters` says the same thing over and over."""
    pairs = {letters[at : at + 2] for at in range(len(letters) - 1)}
    monotone = len(letters) >= 24 and len(pairs) < MOST_ALIKE * (len(letters) - 1)
    return monotone or bool(_LOOP.search(letters))


def believable(said: CutWords, loud_db: float) -> bool:
    """Return whether `said` was really spoken.

    Args:
        said: what was recognised in one cut.
        loud_db: how loud the louder speech of the recording is, dBFS.
    """
    letters = plain(said.text)
    if not letters or _CREDITS.search(letters) or looping(letters):
        return False
    most = MOST_LETTERS_A_SECOND.get(said.language, MOST_LETTERS)
    if len(letters) > 3 + most * said.cut.duration_ms / 1000:
        return False
    sure = float(np.mean([word.probability for word in said.words]))
    faint = loud_db - said.cut.level_db
    if sure < HOPELESS or (faint > SILENT_DB and sure < 0.8):
        return False
    doubtful = sure < DOUBTFUL and (faint > FAINT_DB or said.no_speech > 0.5)
    return not (doubtful or (_FAREWELLS.search(letters) and (sure < 0.6 or faint > FAINT_DB)))
