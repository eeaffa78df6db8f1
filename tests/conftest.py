"""What tests of several rooms share."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.services import Services
from lessons import Reason, ReasonKind, Segment, Suggestion, Transcript, Utterance, Word
from lessons.records import LessonFacts
from tests import servers
from tests.houses import DISTRICT
from tests.lesson import Served, furnish, services
from tests.media import AAC, X264, make_lesson, moving, tone
from tests.serving import serving
from tests.signed_in import staff_of
from tests.uploading import sending

LINES = (
    "今天我们学习二次函数的图像。",
    "请同学们四人一组讨论。",
    "打开 GeoGebra 看看 A6 的动画。",
    "好。",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the same tests run over a district's servers."""
    parser.addoption("--district", action="store_true", help="over PostgreSQL and S3")


@pytest.fixture(scope="session", autouse=True)
def district(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put PostgreSQL and S3 in the place of folders, where the run asks for it."""
    if request.config.getoption("--district"):
        DISTRICT.postgresql = request.getfixturevalue("postgresql_server")
        DISTRICT.s3 = request.getfixturevalue("s3_server")
    yield
    DISTRICT.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last what did not run, and why: nothing is left out silently."""
    left_out = Counter(
        str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])
    )
    for reason, number in left_out.items():
        terminalreporter.write_line(f"NOT RUN: {number} test(s): {reason}", yellow=True, bold=True)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """PostgreSQL, started once for all tests; each takes a database of its own."""
    with servers.postgresql(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """An S3 server, started once for all tests; each takes a bucket of its own."""
    with servers.seaweedfs(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """Valkey, started once for all tests."""
    with servers.valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """RabbitMQ, started once for all tests; where it is missing the end of the run says so."""
    with servers.rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as server:
        yield server


def _transcript() -> Transcript:
    utterances = []
    for number, text in enumerate(LINES):
        start = 1000 + number * 2000
        pieces = [text[n : n + 2] for n in range(0, len(text), 2)]
        step = 1600 // len(pieces)
        words = tuple(
            Word(start_ms=start + n * step, end_ms=start + (n + 1) * step, text=piece)
            for n, piece in enumerate(pieces)
        )
        utterances.append(Utterance(start_ms=start, end_ms=start + 1800, text=text, words=words))
    return Transcript(language="zh", utterances=tuple(utterances), made_by="test")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A data folder with one finished lesson of ten seconds, and the application over it."""
    folder: Path = tmp_path_factory.mktemp("served")
    source = make_lesson(
        folder,
        "数学课.mp4",
        picture=moving(10),
        sound=tone(10),
        options=(*X264, "-g", "50", *AAC),
    )
    reason = Reason(kind=ReasonKind.WORDS, quote="四人一组讨论", at_ms=3000)
    return furnish(
        folder,
        source,
        heights=(180, 90),
        transcript=_transcript(),
        segments=(
            Segment(start_ms=0, end_ms=5000, phase="opening", title="二次函数引入"),
            Segment(start_ms=5000, end_ms=10_000, phase="group_work", title="小组讨论"),
        ),
        suggestions=tuple(
            Suggestion(
                start_ms=start,
                end_ms=start + 3000,
                competency=code,
                score=0.7,
                reasons=(reason,),
                made_by="test",
            )
            for code, start in (("A6", 1000), ("B5", 3000), ("A5", 0))
        ),
        facts=LessonFacts(title="二次函数的图像", teacher="王老师", subject="数学"),
    )


@pytest.fixture(scope="module")
def address(served: Served) -> Iterator[str]:
    """The address at which a real server answers for `served`."""
    with serving(served.app) as address:
        yield address


@pytest.fixture(scope="module")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """A data folder with nothing in it yet."""
    return services(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def sender(empty_house: Services) -> Iterator[httpx.Client]:
    """A client of a real server over `empty_house`, in which an operator is signed in."""
    with sending(empty_house, staff_of(empty_house.database).operator) as client:
        yield client
