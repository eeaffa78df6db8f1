"""Fold text so that what sounds or means the same looks the same, character for character.

Every fold keeps one character for one character, so that a place in the folded text is the place in
what was really said, and a quote can be taken from there.
"""

import unicodedata
from functools import lru_cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

_SAME = str.maketrans("0123456789两’‘`", "零一二三四五六七八九二'''")
_PRIVATE_USE = 0xE000
_SIMPLIFY = OpenCC("t2s")
_SYLLABLES: dict[str, str] = {}


def is_han(char: str) -> bool:
    """Return whether `char` is a Chinese character (unified ideographs and extension A)."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


def fold(text: str) -> str:
    """Return `text` in half width, lower case, simplified characters and Han numerals."""
    return "".join(map(_fold_char, text))


def sounds(folded: str) -> str:
    """Return folded text with each Han character replaced by a sign for its syllable.

    Syllables that accents and recognisers confuse share a sign: without tones, zh as z, ch as c,
    sh as s, n- as l-, -ng as -n after a, e and i.
    """
    return "".join(map(_sound_char, folded))


@lru_cache(maxsize=16384)
def _fold_char(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    plain = plain.lower() if len(plain) == 1 else char
    if is_han(plain):
        plain = _SIMPLIFY.convert(plain)
    plain = plain.translate(_SAME)
    return plain if len(plain) == 1 else char


@lru_cache(maxsize=16384)
def _sound_char(char: str) -> str:
    if not is_han(char):
        return char
    syllable = lazy_pinyin(char, style=Style.NORMAL)[0]
    if len(syllable) > 2 and syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    if syllable.startswith("n"):
        syllable = "l" + syllable[1:]
    if syllable.endswith(("ang", "eng", "ing")):
        syllable = syllable[:-1]
    return _SYLLABLES.setdefault(syllable, chr(_PRIVATE_USE + len(_SYLLABLES)))
