"""The page in a real Chromium, over a real server and real media."""

from collections.abc import Iterator

import pytest

from tests.browser import Page, chromium, find_chromium
from tests.lesson import Served

VIDEO = "document.querySelector('video')"

pytestmark = pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium here: name one in GUANKE_CHROMIUM"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of a fresh browser."""
    program = find_chromium()
    assert program
    with chromium(program, tmp_path_factory.mktemp("profile")) as page:
        yield page


def text(selector: str) -> str:
    return f"document.querySelector('{selector}')?.textContent"


def test_a_lesson_plays_and_its_words_follow(page: Page, address: str) -> None:
    """From the list to the lesson: picture and sound decode, seek works, the line is marked."""
    page.go(f"{address}/")
    page.wait(f"{text('.cards strong')} === '二次函数的图像'")
    page.run("document.querySelector('.cards a').click()")
    page.wait(f"{VIDEO}?.readyState >= 3")
    page.run("document.querySelectorAll('.line')[2].click()")
    page.wait(f"{VIDEO}.currentTime > 5.3")
    assert page.run(f"{VIDEO}.videoWidth") == 320
    assert page.run(f"{VIDEO}.webkitAudioDecodedByteCount") > 0
    assert abs(page.run(f"{VIDEO}.duration") - 10) < 0.1
    page.wait(f"{text('.now')}.includes('GeoGebra')")
    assert page.said == []


def test_a_suggestion_is_taken_over(page: Page, address: str, served: Served) -> None:
    """采用 makes a clip that is shown at once; 撤销 takes it back."""
    page.go(f"{address}/#/lesson/{served.lesson.id}")
    page.wait("document.querySelectorAll('.found .proposed').length === 3")
    assert "四人一组讨论" in page.run(text(".found q"))
    page.run("document.querySelector('.found .proposed .primary').click()")
    page.wait("document.querySelectorAll('section:last-child .found li').length === 1")
    page.run("document.querySelector('.found .accepted button:last-child').click()")
    page.wait("document.querySelectorAll('.found .proposed').length === 3")
    assert page.run("document.querySelector('#notice').hidden")


def test_search_lands_on_the_second(page: Page, address: str) -> None:
    """A word of two characters leads to the lesson, at the moment it is said."""
    page.go(f"{address}/#/search/动画")
    page.wait(f"{text('mark')} === '动画'")
    page.run("document.querySelector('.found a').click()")
    page.wait(f"{VIDEO}?.readyState >= 2 && {VIDEO}.currentTime > 5")


def test_both_languages(page: Page, address: str, served: Served) -> None:
    """One click shows the same page in English, names of competencies too."""
    page.go(f"{address}/#/lesson/{served.lesson.id}")
    page.wait("document.querySelector('.found strong')")
    page.run("document.querySelector('#language').click()")
    page.wait("document.documentElement.lang === 'en'")
    page.wait(f"{text('h2')} === 'Transcript'")
    assert "Technology" in page.run("document.querySelector('main').textContent")
    page.run("document.querySelector('#language').click()")
    page.wait("document.documentElement.lang === 'zh-CN'")


def test_a_file_is_uploaded_from_the_page(page: Page, address: str) -> None:
    """A chosen file becomes a lesson in the list."""
    page.go(f"{address}/#/")
    page.wait("document.querySelector('input[type=file]')")
    page.run(
        "(() => { const picker = document.querySelector('input[type=file]');"
        "const chosen = new DataTransfer();"
        "chosen.items.add(new File(['no film'], '新课.mp4'));"
        "picker.files = chosen.files; picker.dispatchEvent(new Event('change')); })()"
    )
    page.wait("[...document.querySelectorAll('.cards strong')].some(s => s.textContent === '新课')")
