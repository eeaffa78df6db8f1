"""Two kinds of review, one rule for the level, and no name where none may be read."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from lessons import Aggregation, Criterion, Level, Mark, Review, ReviewKind, Rubric
from lessons.blinding import Shield, neutral_file_name
from lessons.errors import RequestFault
from lessons.review_errors import (
    MarksInPeerReview,
    MarksMissing,
    OwnEvidence,
    RecallOver,
    UnknownMark,
)
from lessons.reviewing import (
    check_complete,
    check_conflict_of_interest,
    check_recall,
    check_review,
    is_out,
)
from lessons.rubrics import check_marks, judged
from processing.understanding.framework import load_framework
from processing.understanding.rubrics import load_rubrics

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
LEVELS = (
    Level(code="excellent", zh="优秀", en="Excellent"),
    Level(code="pass", zh="合格", en="Pass"),
    Level(code="fail", zh="不合格", en="Fail"),
)
NAMES = {"lesson_plan": "教学设计", "classroom_clip": "课堂实录片段", "reflection": "教学反思"}
RUBRIC = Rubric(
    id="r", framework_id="f", framework_version="1", competency="A6", number=1,
    criteria=tuple(
        Criterion(requirement=kind, zh=zh, en=kind, levels=LEVELS, status="source")
        for kind, zh in NAMES.items()
    ),
    aggregation=Aggregation(), created_at=NOW,
)  # fmt: skip


def marks(*levels: str) -> tuple[Mark, ...]:
    return tuple(
        Mark(requirement=kind, level=level) for kind, level in zip(NAMES, levels, strict=False)
    )


@pytest.mark.parametrize("given", list(product(("excellent", "pass", "fail"), repeat=3)))
def test_the_national_rule(given: tuple[str, ...]) -> None:
    """All 优秀 make 优秀, any 不合格 makes 不合格, all else 合格; the deciding items are named."""
    result = judged(RUBRIC, marks(*given))
    expected = "fail" if "fail" in given else "excellent" if set(given) == {"excellent"} else "pass"
    assert result.level == expected
    assert result.decided_by == tuple(
        kind for kind, level in zip(NAMES, given, strict=True) if level == expected
    )
    assert {"excellent": "优秀", "pass": "合格", "fail": "不合格"}[expected] in result.zh


def test_a_result_says_what_is_missing() -> None:
    """Without a mark for each item there is no level, and the items are named."""
    result = judged(RUBRIC, marks("excellent"))
    assert (result.level, result.missing) == (None, ("classroom_clip", "reflection"))
    assert "教学反思" in result.zh


def test_marks_are_held_against_the_rubric() -> None:
    """An unknown item, an unknown level and a second level for one item are refused."""
    with pytest.raises(UnknownMark):
        check_marks(RUBRIC, [Mark(requirement="poem", level="pass")])
    with pytest.raises(UnknownMark):
        check_marks(RUBRIC, [Mark(requirement="reflection", level="great")])
    with pytest.raises(RequestFault):
        check_marks(RUBRIC, [*marks("pass"), *marks("fail")])


def test_peer_review_refuses_marks() -> None:
    """互评 has no levels at all."""
    with pytest.raises(MarksInPeerReview):
        check_review(ReviewKind.PEER, None, marks("pass"))
    check_review(ReviewKind.ASSESSMENT, RUBRIC, marks("pass"))


def test_what_a_review_needs_before_it_is_submitted() -> None:
    """Every item has a level, a 不合格 has its reason, a 互评 says something."""
    with pytest.raises(MarksMissing):
        check_complete(ReviewKind.ASSESSMENT, RUBRIC, Review(id="1", marks=marks()), comments=3)
    failed = Review(id="1", marks=marks("pass", "pass", "fail"))
    with pytest.raises(RequestFault):
        check_complete(ReviewKind.ASSESSMENT, RUBRIC, failed, comments=0)
    said = (*marks("pass", "pass"), Mark(requirement="reflection", level="fail", note="太短"))
    check_complete(ReviewKind.ASSESSMENT, RUBRIC, Review(id="1", marks=said), comments=0)
    with pytest.raises(RequestFault):
        check_complete(ReviewKind.PEER, None, Review(id="1"), comments=0)
    check_complete(ReviewKind.PEER, None, Review(id="1", summary="导入很好"), comments=0)


def test_a_review_is_taken_back_for_half_a_minute() -> None:
    """Until then nobody else reads it; after that it stays."""
    review = Review(id="1", submitted_at=NOW)
    for seconds, out in ((0, False), (30, False), (31, True)):
        at = NOW + timedelta(seconds=seconds)
        assert is_out(review.submitted_at, at) is out
        if out:
            with pytest.raises(RecallOver):
                check_recall(review, at)
        else:
            check_recall(review, at)
    assert not is_out(None, NOW)


def test_nobody_reviews_their_own() -> None:
    """A conflict of interest is refused; without a known teacher there is none."""
    with pytest.raises(OwnEvidence):
        check_conflict_of_interest("p1", "p1")
    check_conflict_of_interest(None, "p1")
    check_conflict_of_interest("p2", "p1")


def test_names_are_taken_out_in_every_usual_form() -> None:
    """Full name, given name, title, staff number; other words stay."""
    shield = Shield.against(["李小红", "T2043", None, ""])
    said = "李小红老师（T2043，t2043）说：小红老师和李老师一起备课，小红花。"
    cleaned = shield.cleaned(said)
    assert not any(name in cleaned for name in ("李小红", "2043", "李老师", "小红老师"))
    assert cleaned.endswith("一起备课，小红花。")
    assert Shield.against(["欧阳修"]).cleaned("欧阳老师") == "某老师"
    assert "王" not in Shield.against(["王老师"]).cleaned("王老师的课")


def test_a_document_is_called_by_what_it_is() -> None:
    """Its own name is gone, the ending that opens it stays."""
    assert neutral_file_name("教学设计", "李小红-教学设计终稿.docx") == "教学设计.docx"
    assert neutral_file_name("教学设计", "李小红") == "教学设计"


def test_every_evidence_item_of_the_framework_has_its_rubric() -> None:
    """Each item of each competency has three levels with words; the unconfirmed are marked."""
    framework = load_framework().framework
    rubrics = {rubric.competency: rubric for rubric in load_rubrics(framework)}
    assert set(rubrics) == {one.code for one in framework.competencies}
    for competency in framework.competencies:
        rubric = rubrics[competency.code]
        assert [c.requirement for c in rubric.criteria] == [e.kind for e in competency.evidence]
        for criterion in rubric.criteria:
            assert criterion.zh != criterion.requirement
            assert [level.code for level in criterion.levels] == ["excellent", "pass", "fail"]
            for level in criterion.levels:
                assert len(level.statements_zh) == len(level.statements_en) > 0
    plan, report = rubrics["A1"].criteria
    assert (plan.status, report.status) == ("source", "inferred")
