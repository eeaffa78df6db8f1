"""The glossary names every noun of the vocabulary in both languages."""

import inspect
import re
from pathlib import Path

import pytest

import lessons

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
NOUNS = [name for name in lessons.__all__ if inspect.isclass(getattr(lessons, name))]
ROW = re.compile(r"^\| `(\w+)` \| ([^|\n]+) \| ([^|\n]+) \| ([^|\n]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def entries() -> dict[str, tuple[str, str, str]]:
    """The rows of the glossary's first table: English, Chinese and meaning by noun."""
    rows = ROW.findall(GLOSSARY.read_text(encoding="utf-8"))
    return {noun: (en.strip(), zh.strip(), meaning.strip()) for noun, en, zh, meaning in rows}


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_has_an_entry(noun: str, entries: dict[str, tuple[str, str, str]]) -> None:
    """Each class of `lessons` has an English term, a Chinese term and one sentence."""
    assert noun in entries, f"docs/glossary.md lacks a row for `{noun}`"
    english, chinese, meaning = entries[noun]
    assert re.search(r"[a-z]", english)
    assert re.search(r"[一-鿿]", chinese)
    assert meaning.endswith(".")


def test_no_entry_is_out_of_date(entries: dict[str, tuple[str, str, str]]) -> None:
    """The table of nouns lists no class that is gone."""
    assert set(entries) == set(NOUNS)
