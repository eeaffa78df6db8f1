"""A short title for a stretch of the lesson, from the words said in it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from processing.understanding.sound import fold, is_han
from processing.understanding.talk import Line, is_question

LONGEST_HAN = 16
LONGEST_WORDS = 8
_EARLY = 0.12  # how much less a clause is worth per line further from the start
_ASKS, _POINTS = 0.65, 0.75  # worth of a clause that asks, or that points at persons and things
_BREAK = re.compile(r"[，。！？；、,!?;：:…\n]+|\.(?=\s|$)")
_NAMED = re.compile(
    r".{0,6}(?:今天|这节课|这一节课|下面|接下来|现在).{0,4}"
    r"(?:学习|学|研究|认识|探究|复习|走进|讲|讨论|聊聊|聊|了解|总结|回顾|画|写|做)(?:一下|了|的是|一|个)*"
)
_OPENING = re.compile(
    r"^(?:嗯|呃|啊|哦|诶|哎|哈|好了|好的|好|对了|对|来|那么|那|行了|行|所以呢|所以|然后呢|然后|接下来这样"
    r"|接下来呢|接下来|下面呢|下面|现在|首先|其次|最后|同学们|孩子们|小朋友们|大家|请大家|请同学们|请各组|请|我们先"
    r"|我们再|我们来|我们就|我们|咱们来|咱们就|咱们|今天呢|今天|这节课|你们看|你们|你看|老师|就是|也就是说"
    r"|因为|但是|可是|而且|还有|再|先|就|的|呢|一下|刚才|要是|如果)+"
)
_ENDING = re.compile(
    r"(?:一下|好不好|对不对|是不是|可以吗|好吗|对吧|好吧|了吗|了没有|没有|呢|吧|啊|呀|吗|了|嘛|哈|的)+$"
)
_OPENING_EN = re.compile(
    r"^(?:(?:okay|ok|right|so|well|now|and|but|then|good|great|yes|no|everyone|class|please|first"
    r"|next|finally|let us|let's|today|we will|we are going to|we're going to|i want you to"
    r"|can you)\b[\s]*)+",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"[你我他她它咱您这那]|\b(?:i|you|he|she|it|they|this|that)\b", re.IGNORECASE
)
_EMPTY = (
    "请坐", "老师再见", "同学们好", "老师好", "下课", "上课", "谢谢", "举手", "明白", "听懂",
    "记住", "真棒", "很好", "安静", "坐好", "答对", "对不对", "怎么样", "是什么",
    "goodbye", "thank", "very good", "sit down", "hello",
)  # fmt: skip


def title_of(lines: Sequence[Line], lesson: Counter[str], language: str | None) -> str:
    """Return a title from the words of `lines`, or "" where nothing was said.

    A clause is the better title the more of its words (letters in pairs in Chinese) come back in
    these lines and the fewer of them in the rest of the `lesson`. Early clauses, the teacher's, and
    those that name the topic are preferred; clauses that ask or point are not.
    """
    here = pairs(line.utterance.text for line in lines)
    best, best_score, spare = "", 0.0, ""
    for place, line in enumerate(lines):
        for clause in _BREAK.split(line.utterance.text):
            text, named = _trim(clause.strip())
            spare = spare or shorten(text)
            if not _fits(text):
                continue
            score = (_weight(text, here, lesson) + 0.8 * named) * _manner(text)
            score *= (0.4 + 0.6 * line.teacher) / (1 + _EARLY * place)
            if score > best_score:
                best, best_score = text, score
    title = best or spare
    return title if language == "zh" else title[:1].upper() + title[1:]


def pairs(texts: Iterable[str]) -> Counter[str]:
    """Return how often each pair of Chinese characters and each Latin word occurs in the texts."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_units(text))
    return counts


def shorten(text: str) -> str:
    """Return a title cut to its greatest length, at a word where it is Latin."""
    if any(map(is_han, text)):
        return text[:LONGEST_HAN]
    return " ".join(text.split()[:LONGEST_WORDS])


def _units(text: str) -> list[str]:
    folded = fold(text)
    han = [
        folded[i : i + 2]
        for i in range(len(folded) - 1)
        if is_han(folded[i]) and is_han(folded[i + 1])
    ]
    return han + [word for word in re.findall(r"[a-z]+", folded) if len(word) > 3]


def _trim(clause: str) -> tuple[str, bool]:
    """Return a clause without what every teacher says, and whether it names the topic itself."""
    named = _NAMED.match(clause)
    if named and len(clause) - named.end() >= 2:
        return _ENDING.sub("", clause[named.end() :]).strip(), True
    text = _OPENING_EN.sub("", _ENDING.sub("", _OPENING.sub("", clause)))
    return text.strip(" .'\"“”《》"), False


def _fits(text: str) -> bool:
    lowered = text.lower()
    if any(word in lowered for word in _EMPTY):
        return False
    if any(map(is_han, text)):
        return 4 <= len(text) <= LONGEST_HAN
    return 2 <= len(text.split()) <= LONGEST_WORDS


def _manner(text: str) -> float:
    return (_ASKS if is_question(text) else 1.0) * (_POINTS if _POINTING.search(text) else 1.0)


def _weight(text: str, here: Counter[str], lesson: Counter[str]) -> float:
    """Return how much of a clause belongs to this stretch rather than to the whole lesson."""
    units = _units(text)
    total = sum(here[unit] * here[unit] / (1 + lesson[unit]) for unit in units)
    return float(total / (2 + len(units)) ** 0.7)
