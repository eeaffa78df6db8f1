"""The wheel as a school gets it: built, installed into an empty environment, run from elsewhere."""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "guanke/samples/lesson_zh_water.mp4"  # in the tree: samples/, beside the packages
PACKAGES = ("lessons", "storage", "processing", "ingest", "api", "guanke")

Run = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A built wheel and the environment it was installed into."""

    wheel: Path
    programs: Path  # the environment's bin folder


def uv(*arguments: str | Path, cwd: Path = ROOT) -> None:
    """Run the pinned uv; what it said stands in the failure."""
    pinned = ROOT / ".cache" / "uv" / "bin" / "uv"
    program = pinned if pinned.exists() else shutil.which("uv")
    if program is None:
        pytest.fail("uv is not here; `make setup` brings it")
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    run = subprocess.run(
        [program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, made from the source archive with the built page, and what the lock file says."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--out-dir", folder / "dist", "--quiet")
    (wheel,) = (folder / "dist").glob("*.whl")
    wanted = ("--frozen", "--extra", "worker", "--extra", "model", "--no-emit-project")
    uv("export", *wanted, "--quiet", "--output-file", folder / "requirements.txt")
    uv("venv", "--quiet", folder / "venv")
    python = ("--python", folder / "venv" / "bin" / "python", "--quiet")
    uv("pip", "install", *python, "--requirement", folder / "requirements.txt", cwd=folder)
    uv("pip", "install", *python, "--no-deps", wheel, cwd=folder)
    return Installed(wheel=wheel, programs=folder / "venv" / "bin")


@pytest.fixture
def run(installed: Installed, tmp_path: Path) -> Run:
    """Run an installed program from an unrelated folder, with nothing else on PATH."""
    (tmp_path / "empty").mkdir()
    environment = {
        "PATH": str(tmp_path / "empty"),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "GUANKE_DATA": str(tmp_path / "data"),
    }

    def run_program(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [installed.programs / name, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run_program


def test_the_wheel_carries_every_file_of_the_packages(installed: Installed) -> None:
    """Code, data files and migrations are all inside, and nothing else is."""
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    ours = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours - names == set()
    assert {n for n in names - ours if not n.startswith("guanke-")} == {SAMPLE}
    assert {"lessons/data/phases.yaml", "lessons/data/micro-competencies.yaml"} <= names
    assert "api/web_dist/index.html" in names, "run make web before the tests"
    assert any(name.startswith("storage/migrations/versions/0001") for name in names)


def test_nothing_is_built_without_the_page(tmp_path: Path) -> None:
    """A tree whose page was never built gives no archive, and says which command to run."""
    tree = tmp_path / "tree"
    for part in (*PACKAGES, "make", "samples"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("web_dist"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    for kind in ("--wheel", "--sdist"):
        with pytest.raises(AssertionError, match="make web"):
            uv("build", kind, "--out-dir", tmp_path / "dist", cwd=tree)


def test_the_installed_program_tells_its_version(run: Run, installed: Installed) -> None:
    """`guanke --version` prints the version that the wheel is named after."""
    told = run("guanke", "--version")
    assert told.returncode == 0, told.stderr
    assert installed.wheel.name.split("-")[1] in told.stdout


def test_the_doctor_finds_everything_without_a_path(run: Run) -> None:
    """`guanke doctor` is content: ffmpeg, ffprobe and the speech model came with the packages."""
    told = run("guanke", "doctor")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "ffmpeg" in told.stdout


def test_the_installed_program_finds_its_data_files(run: Run, tmp_path: Path) -> None:
    """`guanke understand` reads phases and competencies from inside the wheel."""
    said = {"start_ms": 0, "end_ms": 4000, "text": "同学们好，今天我们学习分数。"}
    words = tmp_path / "words.json"
    words.write_text(json.dumps({"language": "zh", "utterances": [said]}), encoding="utf-8")
    told = run("guanke", "understand", str(words), "--json")
    assert told.returncode == 0, told.stderr
    assert {"segments", "suggestions"} <= set(json.loads(told.stdout))


def test_the_installed_migrations_make_a_database(run: Run, tmp_path: Path) -> None:
    """A database is brought up to date from the migrations inside the wheel."""
    program = (
        "from pathlib import Path\n"
        "from storage.database import Database\n"
        "from storage.migrate import MIGRATIONS, migrate\n"
        "assert 'site-packages' in MIGRATIONS.parts, MIGRATIONS\n"
        f"migrate(Database.at(Path({str(tmp_path)!r})))\n"
    )
    told = run("python", "-c", program)
    assert told.returncode == 0, told.stderr
    assert (tmp_path / "guanke.db").stat().st_size > 0
