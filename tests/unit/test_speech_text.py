"""Written text out of recognised speech."""

import pytest

from bench.scoring.speech import edit_distance, errors_by_speaker, units
from lessons import Span, Transcript, Utterance
from processing.steps.chinese import asks, finish, punctuate, simplify
from processing.steps.homophones import mend
from processing.steps.invented import believable, looping
from processing.steps.recogniser import Heard, HeardWord
from processing.steps.speech_cuts import Cut, windows
from processing.steps.utterances import CutWords, place_words, to_utterances


def _cut(start_ms: int, end_ms: int, level_db: float = -20.0) -> Cut:
    return Cut(start_ms=start_ms, end_ms=end_ms, level_db=level_db)


def _heard(text: str, *, seconds: float, language: str = "zh", sure: float = 0.9) -> Heard:
    pieces = list(text) if language == "zh" else [" " + word for word in text.split()]
    each = seconds / max(1, len(pieces))
    words = tuple(
        HeardWord(start_s=n * each, end_s=(n + 1) * each, text=piece, probability=sure)
        for n, piece in enumerate(pieces)
    )
    return Heard(language=language, words=words, no_speech=0.0)


def _said(text: str, cut: Cut, *, sure: float = 0.9, language: str = "zh") -> CutWords:
    heard = _heard(text, seconds=cut.duration_ms / 1000, language=language, sure=sure)
    return place_words(heard, [cut], [(0, cut.duration_ms)])[0]


def test_traditional_characters_become_simplified() -> None:
    """What whisper writes in traditional characters comes out simplified."""
    assert simplify("請看大屏幕複習分數的意義") == "请看大屏幕复习分数的意义"


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        (["同学们好"], "同学们好。"),
        (["你是怎么想的"], "你是怎么想的？"),
        (["谁来说一说"], "谁来说一说？"),
        (["好,时间到"], "好，时间到。"),
        (["请同学们", "打开课本"], "请同学们，打开课本。"),
        (["说说你的想法?"], "说说你的想法。"),
        (["答案是3.5"], "答案是3.5。"),
        (["一共五道题 每题二十分"], "一共五道题，每题二十分。"),
    ],
)
def test_chinese_gets_its_punctuation(heard: list[str], written: str) -> None:
    """Marks are full-width, sentences end, and questions are known by their form."""
    assert finish(heard) == written


def test_a_statement_about_a_question_is_no_question() -> None:
    """讨论为什么 tells pupils what to do; 为什么 asks."""
    assert asks("为什么分母不变")
    assert not asks("讨论为什么分母不变")


def test_punctuation_inside_english_stays_as_it_is() -> None:
    """Only marks beside Chinese are widened."""
    assert punctuate("我们读 Hello, boys and girls") == "我们读 Hello, boys and girls"


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("液体压墙", "液体压强"),
        ("第一提到第四提", "第一题到第四题"),
        ("请观察这个平庞球", "请观察这个乒乓球"),
        ("同学们好", "同学们好"),
        ("abc 你好", "abc 你好"),
    ],
)
def test_homophones_are_mended(heard: str, meant: str) -> None:
    """Characters that sound right give way to the word that was meant; their number stays."""
    assert mend(heard) == meant


@pytest.mark.parametrize(
    "text", ["请不吝点赞订阅转发打赏支持明镜与点点栏目", "字幕由志愿者提供", "哈哈哈哈哈哈哈哈"]
)
def test_credits_and_loops_are_never_speech(text: str) -> None:
    """Whisper's subtitles and loops go, however sure it is."""
    assert not believable(_said(text, _cut(0, 6000)), -20.0)


def test_a_real_farewell_stays_and_an_invented_one_goes() -> None:
    """谢谢大家 from a clear voice is real; from faint murmur it is made up."""
    assert believable(_said("谢谢大家", _cut(0, 1500), sure=0.9), -20.0)
    assert not believable(_said("谢谢大家", _cut(0, 1500, -40.0), sure=0.4), -20.0)


def test_a_quiet_pupil_is_believed() -> None:
    """Ten decibels below the teacher is a pupil, not noise."""
    assert believable(_said("等于八分之五", _cut(0, 2000, -31.0), sure=0.7), -20.0)


def test_talk_without_end_about_one_thing_is_a_loop() -> None:
    """A loop that changes a little each time is one too."""
    assert looping("策略技的读乡越小因为有两分钟一分钟一分钟一分钟一分钟一分钟一秒一分钟一分钟")
    assert looping("老年老师的老师是老师老年的老师老师的老年老师老师老年的")
    assert not looping("下面我们分组做实验四个人一组注意记录数据然后请小组长上来汇报你们的结果")


def test_words_fall_to_their_cuts_and_stay_inside() -> None:
    """Words of a shared window come back on the recording's clock, the break at the punctuation."""
    cuts = [_cut(10_000, 12_000), _cut(15_000, 16_500)]
    heard = _heard("说得非常好。请坐下", seconds=4.1)
    placed = place_words(heard, cuts, [(0, 2000), (2600, 4100)])
    assert [said.text for said in placed] == ["说得非常好。", "请坐下"]
    for said in placed:
        times = [t for word in said.words for t in (word.start_ms, word.end_ms)]
        assert times == sorted(times)
        assert times[0] >= said.cut.start_ms
        assert times[-1] <= said.cut.end_ms


def test_cuts_join_to_sentences_but_not_across_voices() -> None:
    """A breath joins, another voice parts."""
    first, second = _said("今天我们", _cut(0, 1000)), _said("学习分数", _cut(1350, 2400))
    pupil = _said("好的", _cut(2700, 3200, -30.0))
    assert [u.text for u in to_utterances([first, second, pupil], "zh")] == [
        "今天我们，学习分数。",
        "好的。",
    ]


def test_english_words_keep_their_spaces() -> None:
    """English text is written as it was heard, its words without marks."""
    said = _said("Open your books, please.", _cut(0, 2000), language="en")
    (utterance,) = to_utterances([said], "en")
    assert utterance.text == "Open your books, please."
    assert [word.text for word in utterance.words] == ["Open", "your", "books", "please"]


def test_windows_end_at_long_pauses() -> None:
    """A window never spans a long pause nor more than twenty seconds."""
    cuts = [_cut(0, 3000), _cut(3400, 9000), _cut(13_000, 15_000), _cut(15_500, 29_000)]
    packed = windows(cuts)
    assert [len(window) for window in packed] == [2, 2]
    assert all(Span.of(w[0]).start_ms + 20_000 >= w[-1].end_ms for w in packed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第九十页", "第90页"),
        ("八分之五", "5/8"),
        ("百分之八十五", "85%"),
        ("二零二四年", "2024年"),
        ("一百二十三", "123"),
        ("三加二等于五", "3+2=5"),
        ("請看！", "请看"),
        ("一万两千", "12,000"),
    ],
)
def test_the_score_takes_equal_numbers_as_equal(one: str, other: str) -> None:
    """The measure does not count how a number is written."""
    assert units(one, "zh") == units(other, "zh")


def test_edit_distance_counts_each_kind_of_error() -> None:
    """One changed, one added, one missing."""
    assert edit_distance("abcd", "axcde") == 2
    assert edit_distance("abc", "") == 3


def test_errors_are_told_by_speaker() -> None:
    """What a pupil lost is the pupil's, and what was put in belongs to who spoke before."""
    truth = [
        Utterance(start_ms=0, end_ms=900, text="请看大屏幕", speaker="T"),
        Utterance(start_ms=1000, end_ms=1900, text="等于八分之五", speaker="S1"),
    ]
    heard = Utterance(start_ms=0, end_ms=1900, text="请看大平幕啊。等于八分五")
    told = errors_by_speaker(truth, Transcript(language="zh", utterances=(heard,)), "zh")
    assert (told["T"].changed, told["T"].missing, told["T"].added) == (1, 0, 1)
    assert told["S1"].changed + told["S1"].missing >= 1
    assert told["T"].length == 5


def test_what_was_heard_for_sure_is_mended_less() -> None:
    """The recogniser's own doubt decides together with how likely the words are."""
    heard = "他挺在了水的中间"
    assert mend(heard, [0.98] * len(heard)) == heard
    assert mend(heard, [0.2] * len(heard)) != heard
