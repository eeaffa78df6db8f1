"""Nouns and their tables agree."""

from typing import Any

import pytest
from sqlalchemy import Table

from lessons import (
    Clip,
    Lesson,
    LessonPart,
    Recording,
    Rendition,
    Segment,
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
    ],
)
def test_every_field_of_a_noun_has_its_column(noun: Any, table: Table, elsewhere: set[str]) -> None:
    """A field without a column would be lost on its way through the database."""
    missing = set(noun.__dataclass_fields__) - {c.name for c in table.columns} - elsewhere
    assert not missing
