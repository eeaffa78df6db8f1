"""Phases, suggestions and titles from the words of a lesson."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from lessons.errors import FrameworkUnreadable
from lessons.words import Transcript, Utterance, Word
from processing.steps.segment import segment
from processing.steps.suggest import suggest
from processing.understanding import load_framework, load_phases, understand

# A short science lesson: who speaks, and what. A number is a silence in seconds.
LESSON: list[tuple[str, str] | float] = [
    ("T", "同学们好，请坐。先来看一段视频，仔细听，你听到了什么声音？"),
    ("S", "我听到了蜜蜂飞的声音。"),
    ("T", "这段录像里它的翅膀在干什么？今天我们就来学习声音是怎样产生的。"),
    ("T", "请看大屏幕，我把这段画面放慢四十倍，注意看鼓面上的米粒怎么变。"),
    ("T", "再来一次，我把鼓面按住，米粒不动了，声音也没有了，这就叫振动。"),
    ("T", "振动停止，声音也就停止，把这一条记在笔记上。"),
    ("T", "下面四人一组动手试一试，组长分工，一个人操作，一个人记录，给大家五分钟。"),
    12.0,
    ("T", "第三组小声一点，每个人都要轮着操作一次。"),
    10.0,
    ("T", "时间到。哪个小组先来汇报？把你们拍的照片投到大屏上，大家一起看。"),
    ("S", "我们组发现皮筋拨得越用力，它就变成模糊的一片，声音也越大。"),
    ("S", "我们小组还发现按住皮筋声音马上就停了，谢谢大家。"),
    ("T", "掌声送给他们。别的组有没有问题要问，给他们提一条建议？"),
    ("T", "好，现在打开平板做题，三道选择题已经发下去了，屏幕上在倒计时，做完点提交。"),
    8.0,
    ("T", "全部交齐了，第二题正确率是百分之八十，选B的同学说说你怎么想的。"),
    ("T", "最后我们用思维导图总结一下，这节课你有什么收获？"),
    ("S", "我知道了声音是由物体振动产生的。"),
    ("T", "今天的作业，回家找一件会发声的东西，录一段视频给爸爸妈妈讲一讲。下课。"),
]


def lesson(*, speakers: bool = False, words: bool = False) -> Transcript:
    """Return LESSON as a transcript: a quarter second a character, a silence after each line."""
    utterances = []
    at_ms = 1000
    for entry in LESSON:
        if isinstance(entry, float):
            at_ms += int(entry * 1000)
            continue
        who, text = entry
        end_ms = at_ms + 250 * len(text)
        timed = tuple(
            Word(start_ms=at_ms + 250 * i, end_ms=at_ms + 250 * (i + 1), text=char)
            for i, char in enumerate(text)
        )
        utterances.append(
            Utterance(
                start_ms=at_ms,
                end_ms=end_ms,
                text=text,
                words=timed if words else (),
                speaker={"T": "teacher", "S": "student"}[who] if speakers else None,
            )
        )
        at_ms = end_ms + 500
    return Transcript(language="zh", utterances=tuple(utterances))


def duration_of(transcript: Transcript) -> int:
    """Return when the transcript ends, and a second."""
    return transcript.utterances[-1].end_ms + 1000


def test_segments_cover_the_lesson() -> None:
    """Segments follow each other from zero to the end and use only the phases given."""
    transcript = lesson()
    phases = load_phases()
    segments = segment(transcript, [], duration_of(transcript), phases)
    assert segments[0].start_ms == 0
    assert segments[-1].end_ms == duration_of(transcript)
    assert all(one.end_ms == other.start_ms for one, other in pairwise(segments))
    assert {one.phase for one in segments} <= {phase.code for phase in phases}


def test_phases_are_named_right() -> None:
    """Openings, group work, presentations, practice and homework are known by what is said."""
    transcript = lesson()
    segments = segment(transcript, [], duration_of(transcript), load_phases())

    def phase_of(part: str) -> str:
        spoken = next(u for u in transcript.utterances if part in u.text)
        return next(s.phase for s in segments if s.holds(spoken.start_ms + 10))

    assert phase_of("同学们好") == "opening"
    assert phase_of("四人一组") == "group_work"
    assert phase_of("我们小组还发现") == "presentation"
    assert phase_of("三道选择题") == "practice"
    assert phase_of("今天的作业") in {"homework", "summary"}


def test_a_slide_change_in_the_silence_is_the_boundary() -> None:
    """Where the slide changes before a phase's first word, the phase starts with the slide."""
    transcript = lesson()
    first = next(u for u in transcript.utterances if "时间到" in u.text)
    slide = first.start_ms - 1500
    segments = segment(transcript, [slide], duration_of(transcript), load_phases())
    assert slide in [one.start_ms for one in segments]


def test_only_the_phases_of_the_school_are_used() -> None:
    """A school with three phases gets those three."""
    transcript = lesson()
    few = [p for p in load_phases() if p.code in {"exposition", "practice", "homework"}]
    segments = segment(transcript, [], duration_of(transcript), few)
    assert {one.phase for one in segments} <= {"exposition", "practice", "homework"}


def test_titles_are_short_words_of_the_lesson() -> None:
    """A title is a few characters really said, without the teacher's formulas."""
    transcript = lesson()
    spoken = "".join(u.text for u in transcript.utterances)
    for one in segment(transcript, [], duration_of(transcript), load_phases()):
        assert one.title in spoken
        assert 2 <= len(one.title) <= 16


@pytest.mark.parametrize("duration_ms", [0, 60_000])
def test_a_silent_lesson_is_one_segment_without_suggestions(duration_ms: int) -> None:
    """No speech is a valid lesson."""
    silent = Transcript(language=None)
    segments = segment(silent, [10_000], duration_ms, load_phases())
    assert [(s.start_ms, s.end_ms, s.title) for s in segments] == [(0, duration_ms, "")]
    assert suggest(silent, segments, [], load_framework(), None) == ()


def test_suggestions_name_the_moments() -> None:
    """Group work, a presentation and a quiz on tablets are suggested where they happen."""
    transcript = lesson()
    segments = segment(transcript, [], duration_of(transcript), load_phases())
    suggestions = suggest(transcript, segments, [], load_framework(), None)
    for code, words in {"B5": "四人一组", "B6": "投到大屏", "B1": "平板做题"}.items():
        said = next(u for u in transcript.utterances if words in u.text)
        assert any(s.holds(said.start_ms) for s in suggestions if s.competency == code)


@pytest.mark.parametrize("words", [False, True])
def test_every_quote_was_said_then(words: bool) -> None:
    """Each suggestion has a reason; its words stand in an utterance, at the time given."""
    transcript = lesson(words=words)
    segments = segment(transcript, [], duration_of(transcript), load_phases())
    suggestions = suggest(transcript, segments, [], load_framework(), None)
    assert suggestions
    for one in suggestions:
        assert one.reasons
        assert 0 <= one.score <= 1
        for reason in one.reasons:
            home = next(u for u in transcript.utterances if u.holds(reason.at_ms))
            place = home.text.index(reason.quote)
            assert abs(reason.at_ms - home.start_ms - 250 * place) <= 300


def test_at_most_three_each_best_first_and_the_chosen_only() -> None:
    """Suggestions are ranked; a teacher who has chosen points sees those alone."""
    transcript = lesson()
    segments = segment(transcript, [], duration_of(transcript), load_phases())
    framework = load_framework()
    everything = suggest(transcript, segments, [], framework, None)
    scores = [one.score for one in everything]
    assert scores == sorted(scores, reverse=True)
    codes = [one.competency for one in everything]
    assert all(codes.count(code) <= 3 for code in codes)
    chosen = suggest(transcript, segments, [], framework, ["B6"])
    assert {one.competency for one in chosen} == {"B6"}
    assert suggest(transcript, segments, [], framework, []) == ()


def test_homophones_do_not_hide_a_moment() -> None:
    """Words misheard by sound still show the moment, and the quote is what the transcript has."""
    heard = [
        "接下来四任一祖合作完成，由祖长分公。",
        "每个祖推选一位带表，记路员把结果写下来。",
    ]
    transcript = plain(heard)
    framework = load_framework()
    segments = segment(transcript, [], 30_000, load_phases())
    suggestions = suggest(transcript, segments, [], framework, ["B5"])
    assert suggestions
    assert all(any(r.quote in text for text in heard) for r in suggestions[0].reasons)


def test_tempting_words_in_stories_and_problems_are_left_alone() -> None:
    """A cart, a combination lock and groups in a word problem show no competency."""
    transcript = plain(
        [
            "我小时候，爸爸推着一辆平板车去码头，那时候没有汽车。",
            "后来有一天，他买了一个密码箱，密码锁是三位的，谁也打不开。",
            "例二，七年级植树，如果每个小组六个人，就多出四个人，问有多少个小组。",
            "设有x个小组，列方程，六x加四，等于七x减三。",
            "所以x等于七，一共四十六个人，答题的时候别忘了写答。",
        ]
    )
    segments = segment(transcript, [], 60_000, load_phases())
    assert suggest(transcript, segments, [], load_framework(), None) == ()


def test_an_english_lesson_is_understood() -> None:
    """Phases and suggestions of a lesson in English, quotes in its words."""
    texts = [
        "Good morning everyone. Let us watch a short video first. What can you see in the video?",
        "I can see a market and many kinds of fruit.",
        "Yes, great. Today we are going to learn how to ask for prices.",
        "Now work in groups of four. One of you writes and one of you is the reporter.",
        "Each group has five minutes, so agree on the roles and start now.",
        "Time is up. Group two, come to the front and present, your plan is on the big screen.",
        "Hello everyone, our group chose apples because they are cheap.",
        "A round of applause. For homework, write five sentences in your workbook. Goodbye.",
    ]
    transcript = plain(texts, language="en")
    result = understand(transcript, load_framework(), load_phases())
    phases = [one.phase for one in result.segments]
    assert phases[0] == "opening"
    assert "group_work" in phases
    assert {"B5", "B6"} <= {one.competency for one in result.suggestions}
    for one in result.suggestions:
        assert all(any(r.quote in text for text in texts) for r in one.reasons)


def test_the_version_follows_the_framework(tmp_path: Path) -> None:
    """Another framework is another version, with its own cues for its own competencies."""
    own = tmp_path / "own.yaml"
    tree = {
        "framework": {"id": "own", "name_zh": "自定", "name_en": "Own"},
        "competencies": [
            {
                "code": "X1",
                "name_zh": "朗读",
                "name_en": "Reading aloud",
                "environment": "any",
                "dimension": "any",
                "cues": {"zh": ["分角色朗读", "读出感情", "配乐朗读"]},
            }
        ],
    }
    own.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    framework = load_framework(own)
    assert framework.framework.version != load_framework().framework.version
    transcript = plain(["下面分角色朗读这一段。", "要读出感情，声音再大一点，我们来配乐朗读。"])
    segments = segment(transcript, [], 20_000, load_phases())
    suggestions = suggest(transcript, segments, [], framework, None)
    assert [one.competency for one in suggestions] == ["X1"]
    assert framework.framework.version[:12] in suggestions[0].made_by


def test_a_broken_framework_says_what_is_wrong(tmp_path: Path) -> None:
    """A file that is missing, no YAML, or without competencies is refused by name."""
    broken = tmp_path / "broken.yaml"
    for content in ("framework: [", "framework: {id: x}", "- 1"):
        broken.write_text(content, encoding="utf-8")
        with pytest.raises(FrameworkUnreadable, match="broken"):
            load_framework(broken)
        with pytest.raises(FrameworkUnreadable):
            load_phases(broken)
    with pytest.raises(FrameworkUnreadable, match="gone"):
        load_framework(tmp_path / "gone.yaml")


def test_the_national_framework_has_thirty_points() -> None:
    """The packaged framework and phases are whole."""
    framework = load_framework().framework
    assert len(framework.competencies) == 30
    assert len(framework.version) == 64
    assert len(load_phases()) == 10


def plain(texts: list[str], *, language: str = "zh") -> Transcript:
    """Return lines one after another, without speakers or words."""
    at_ms, utterances = 0, []
    for text in texts:
        length = 250 * len(text) if language == "zh" else 70 * len(text)
        utterances.append(Utterance(start_ms=at_ms, end_ms=at_ms + length, text=text))
        at_ms += length + 400
    return Transcript(language=language, utterances=tuple(utterances))
