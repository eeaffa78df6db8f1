"""Written Chinese out of recognised Chinese: simplified characters and punctuation."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_FULL = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
_STRAY = re.compile("[\uff21-\uff3a\uff41-\uff5a\ufffd]")  # wide letters stand for no sound
_SENTENCE_END = "。？！…"
# A question by its form: a particle at the end, or a question word that is no part of a statement.
_ASKS_AT_END = re.compile(
    r"(吗|呢|么|对不对|是不是|好不好|行不行|可不可以|能不能|有没有|明白没有|听懂没有)$"
)
_ASKS = re.compile(
    r"谁|什么|怎么|怎样|为什么|为何|多少|几[个分种次页题]|哪|是否|有没有|是不是|能不能|会不会|几分之几"
)
_INVITES = re.compile(r"(^|[，。；])(那)?谁(来|能|愿意|想)")  # 谁来说一说 asks for a hand
_STATES = re.compile(
    r"没什么|什么都|谁都|怎么也|不管|无论|不知道|告诉|说说|说一说|想一想|看看|看一看|讨论|思考|体会|了解|哪怕"
)


@cache
def _converter() -> Any:  # opencc has no types
    from opencc import OpenCC

    return OpenCC("t2s")


def simplify(text: str) -> str:
    """Return `text` in simplified characters, compatibility forms made plain."""
    return str(_converter().convert(unicodedata.normalize("NFKC", _STRAY.sub("", text))))


def plain(text: str) -> str:
    """Return only letters and digits of `text`, lower case."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).lower()


def punctuate(text: str) -> str:
    """Return `text` with full-width marks beside Chinese, and one where a space was."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(rf"(?<=[{_HAN}，。？！]) (?=[{_HAN}])", "，", text)
    text = re.sub(
        rf"(?<=[{_HAN}\d%])[,?!;:]|[,?!;:](?=[{_HAN}])", lambda m: m[0].translate(_FULL), text
    )
    text = re.sub(rf"(?<=[{_HAN}])\.(?!\d)", "。", text)
    text = re.sub(r"([，。？！、；：])[，。？！、；： ]+", r"\1", text)
    return re.sub(rf"(?<=[，。？！、；：]) (?=[{_HAN}])", "", text)


def asks(text: str) -> bool:
    """Return whether the sentence `text` (without its mark) is a question by its form."""
    if _ASKS_AT_END.search(text) or _INVITES.search(text):
        return True
    clause = re.split("[，。；]", text)[-1]
    return bool(_ASKS.search(clause)) and not _STATES.search(clause)


def finish(parts: Sequence[str]) -> str:
    """Join what was said between pauses to one line that ends as a sentence does."""
    joined = ""
    for part in parts:
        clean = punctuate(part)
        if joined and joined[-1] not in "，。？！、；：…":
            joined += "，"
        joined += clean
    sentences = re.findall(rf"[^{_SENTENCE_END}]+[{_SENTENCE_END}]*", joined.strip("，、；： "))
    return "".join(_ended(sentence) for sentence in sentences)


def _ended(sentence: str) -> str:
    body = sentence.rstrip(_SENTENCE_END + "，、；：")
    mark = sentence[len(body) :][:1]
    if asks(body) or (mark == "？" and _ASKS.search(body)):
        return body + "？"
    return body + (mark if mark in ("！", "…") else "。")
