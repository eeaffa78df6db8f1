"""The causes that errors name: each a code with words in both languages, and no mixture of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons import notes
from lessons.errors import DiskFull, GuankeError, MediaRefused, MediaTooLarge, restored
from lessons.named import NAMES_ZH
from lessons.wording import CAUSES

ROOT = Path(__file__).parents[2]
NOTING = ("choice", "compliance", "probe")  # the steps that note what is odd
ROOMS = ("lessons", "storage", "processing", "ingest", "guanke")
NAMES = {
    "HLS",
    "DASH",
    "XML",
    "PDF",
    "JSON",
    "UTF",
    "MB",
    "XLSX",
}  # of formats, the same in every language


def latin(text: str) -> set[str]:
    """Return the Latin words in `text`."""
    return set(re.findall(r"[A-Za-z]{2,}", text))


def given_details() -> Iterator[tuple[str, ast.expr]]:
    """Yield the expression behind each `detail=` of an error that is raised in words of ours."""
    kinds = {kind.__name__ for kind in GuankeError.kinds()}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                for keyword in node.keywords if node.func.id in kinds else ():
                    if keyword.arg == "detail":
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", keyword.value


def test_a_cause_is_a_code_with_words() -> None:
    """No English phrase stands in the code where a Chinese sentence would show it."""
    given = [(at, d.value) for at, d in given_details() if isinstance(d, ast.Constant)]
    assert len(given) > 20
    assert not [(at, code) for at, code in given if code not in {*CAUSES, "", "H.264"}]
    put_together = [(at, d) for at, d in given_details() if isinstance(d, ast.JoinedStr)]
    parts = [
        (at, v.value) for at, d in put_together for v in d.values if isinstance(v, ast.Constant)
    ]
    assert not [(at, part) for at, part in parts if latin(str(part))]


@pytest.mark.parametrize("code", CAUSES)
def test_chinese_words_are_chinese(code: str) -> None:
    """Besides names of formats and what is filled in, no Latin word is in them."""
    zh, en = (re.sub(r"\{\w+\}", "", text) for text in CAUSES[code])
    assert latin(zh) <= NAMES
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert not re.search(r"[\u4e00-\u9fff]", en)


def test_codes_and_nouns_do_not_collide() -> None:
    """A code means one thing."""
    assert not set(CAUSES) & set(NAMES_ZH)


def test_an_error_speaks_both_languages() -> None:
    """Also after it was written down, and with the figures that belong to the cause."""
    error = MediaTooLarge(file="课.mp4", detail="pixels", width=9000, height=9000)
    again = restored(error.code, dict(error.facts))
    assert again.message("zh") == "课.mp4：超出限制（画面 9000×9000 像素）。请拆分或缩小后再上传。"
    assert "(9000×9000 pixels)" in again.message("en")


def test_a_file_may_be_called_like_a_code() -> None:
    """Only causes are put into words, never a person's own."""
    assert MediaRefused(file="archive", detail="archive").message("zh").startswith("archive：")
    assert "/srv/clip" in DiskFull(path="/srv/clip").message("zh")


@pytest.mark.parametrize("code", notes.WORDS)
def test_an_oddity_is_told_in_both_languages(code: str) -> None:
    """With the same figures in both, and no Latin word of its own in the Chinese."""
    zh, en = notes.WORDS[code]
    assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en))
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert not re.search(r"[\u4e00-\u9fff]", en)


def test_every_oddity_that_is_noted_has_words() -> None:
    """Codes in the code are those of the table."""
    said = "".join((ROOT / "processing" / "steps" / f"{n}.py").read_text() for n in NOTING)
    plain = re.findall(r'(?:Note\(code=|_note\()"([\w-]+)"', said)
    codes = {*plain, *(f"encoded-{c}" for c in re.findall(r'encoded\("(\w+)"', said))}
    assert codes == notes.WORDS.keys()
