"""Text as the search index sees it."""

from hypothesis import given
from hypothesis import strategies as st

from storage.bigrams import fold, grams, phrase, place_in_original, terms

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
ANY = st.text(max_size=40)


def test_a_run_becomes_pairs_and_its_last_character() -> None:
    """Every character of a run begins a gram."""
    assert list(grams("二次函数")) == ["二次", "次函", "函数", "数"]


def test_latin_words_stay_words() -> None:
    """Letters and figures are words, also where they touch Han characters."""
    assert list(grams("打开A6课堂 PPT")) == ["打开", "开", "a6", "课堂", "堂", "ppt"]


def test_width_case_and_tradition_do_not_matter() -> None:
    """Full-width letters, capitals, accents and traditional characters fold to plain ones."""
    assert fold("ＰＰＴ 二次函數 Café") == "ppt 二次函数 cafe"


def test_a_query_is_split_at_punctuation() -> None:
    """Quotes and commas are no part of what is looked for."""
    assert terms("“函数”，图像！") == ("函数", "图像")


def test_one_character_is_the_beginning_of_a_gram() -> None:
    """A single character is looked for as a prefix, two or more as a phrase."""
    assert phrase("数").open_end
    assert not phrase("函数").open_end


@given(ANY, ANY)
def test_folding_a_part_is_a_part_of_the_folding(left: str, right: str) -> None:
    """What is found in the folded text can be shown in the original one."""
    assert fold(left + right) == fold(left) + fold(right)


@given(ANY)
def test_each_folded_place_has_its_original(text: str) -> None:
    """Every place of the folded text names a character of the original that folds to it."""
    folded = fold(text)
    for place, character in enumerate(folded):
        assert character in fold(text[place_in_original(text, place)])


@given(HAN, HAN, HAN)
def test_a_part_of_a_run_is_a_phrase_of_its_grams(before: str, inside: str, after: str) -> None:
    """Whatever stands inside a run of Han characters is found by the grams next to one another."""
    looked_for = phrase(fold(inside))
    indexed = list(grams(before + inside + after))
    *exact, last = looked_for.grams
    found = any(
        indexed[n : n + len(exact)] == exact
        and (indexed[n + len(exact)].startswith(last) if looked_for.open_end
             else indexed[n + len(exact)] == last)
        for n in range(len(indexed) - len(exact))
    )  # fmt: skip
    assert found
