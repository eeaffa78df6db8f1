"""Nouns and their tables agree."""

from typing import Any

import pytest
from sqlalchemy import Table

from lessons import (
    ApiKey,
    Assignment,
    Campus,
    Clip,
    Comment,
    Decision,
    EvidenceSet,
    Lesson,
    LessonPart,
    Membership,
    Person,
    Recording,
    Rendition,
    ResearchGroup,
    Review,
    Room,
    Rubric,
    SchoolGroup,
    Segment,
    Session,
    Share,
    Step,
    Suggestion,
    Utterance,
)
from storage import tables


@pytest.mark.parametrize(
    ("noun", "table", "elsewhere"),
    [
        (Recording, tables.recording, set()),
        (Lesson, tables.lesson, {"parts"}),
        (LessonPart, tables.lesson_part, set()),
        (Step, tables.step, set()),
        (Rendition, tables.rendition, set()),
        (Utterance, tables.utterance, set()),
        (Segment, tables.segment, set()),
        (Suggestion, tables.suggestion, set()),
        (Clip, tables.clip, set()),
        (EvidenceSet, tables.evidence_set, {"items"}),
        (SchoolGroup, tables.school_group, set()),
        (Campus, tables.campus, set()),
        (ResearchGroup, tables.research_group, set()),
        (Room, tables.room, set()),
        (Person, tables.person, {"memberships"}),
        (Membership, tables.membership, set()),
        (Session, tables.session, set()),
        (Share, tables.share, set()),
        (Comment, tables.comment, set()),
        (Rubric, tables.rubric, set()),
        (Assignment, tables.assignment, set()),
        (Review, tables.review, set()),
        (Decision, tables.decision, set()),
        (ApiKey, tables.api_key, set()),
    ],
)
def test_every_field_of_a_noun_has_its_column(noun: Any, table: Table, elsewhere: set[str]) -> None:
    """A field without a column would be lost on its way through the database."""
    missing = set(noun.__dataclass_fields__) - {c.name for c in table.columns} - elsewhere
    assert not missing
