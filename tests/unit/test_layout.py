"""The house rules that a machine can hold: direction, size, names, and who may start a process."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RIVER = ("guanke", "api", "ingest", "processing", "storage", "lessons")
LIMIT = 350  # lines: a file that nears 300 is two rooms

# Who may start another program: the door to ffmpeg, the sandbox around it, the command.
STARTERS = re.compile(r"processing/(ffmpeg|sandbox)\.py|guanke/.*")
STARTS = re.compile(
    r"subprocess\.(run|Popen|call|check_)|os\.(system|popen|exec|spawn|posix_spawn|fork)"
    r"|Popen$|multiprocessing\.|.*\.run_async$"
)


def sources(*folders: str) -> Iterator[Path]:
    """Yield our Python files below `folders`."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the top-level names that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def calls(path: Path) -> Iterator[str]:
    """Yield what a file calls, as it is written: `subprocess.run`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def tracked() -> list[Path]:
    """Return what git keeps, or every file where this is an unpacked archive."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode == 0 and listing.stdout:
        return [ROOT / name for name in listing.stdout.decode().rstrip("\0").split("\0")]
    return [
        path
        for folder in (*RIVER, "tests", "docs", "make")
        for path in ROOT.joinpath(folder).rglob("*")
    ]


def test_imports_run_one_way() -> None:
    """Every import contract of pyproject.toml is kept."""
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_contracts_cover_every_package() -> None:
    """A new top-level package is named in the contracts, in the wheel and in the type check."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench"}  # never shipped
    assert found == set(RIVER)
    assert set(project["tool"]["importlinter"]["root_packages"]) == found
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == found
    assert set(project["tool"]["mypy"]["packages"]) >= found


def test_the_vocabulary_needs_nothing_but_python() -> None:
    """`lessons` imports the standard library and itself."""
    foreign = {
        (path.name, name)
        for path in sources("lessons")
        for name in imported(path)
        if name not in sys.stdlib_module_names and name != "lessons"
    }
    assert not foreign


def test_no_file_is_longer_than_a_room() -> None:
    """No Python file has more than 350 lines; a migration is history, written once."""
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(*RIVER, "tests", "bench", "make")
        if path.parent.name != "versions"
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LIMIT
    }
    assert not long


def test_no_file_is_a_grab_bag() -> None:
    """No file is called utils, helpers, misc or common: each has a noun of its own."""
    names = {"util", "utils", "helper", "helpers", "misc", "common"}
    assert not [path for path in sources(*RIVER, "tests", "bench", "make") if path.stem in names]


def test_few_files_start_programs() -> None:
    """Only the door to ffmpeg, its sandbox and the command start another program."""
    starters = {
        name
        for path in sources(*RIVER)
        for call in calls(path)
        if STARTS.match(call) and not STARTERS.fullmatch(name := str(path.relative_to(ROOT)))
    }
    assert not starters


def test_no_note_promises_to_finish_later() -> None:
    """No source file carries a note of unfinished work."""
    note = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
    noted = [p for p in sources(*RIVER, "bench", "make") if note.search(p.read_text("utf-8"))]
    assert not noted


def test_every_link_of_the_documents_leads_somewhere() -> None:
    """A relative link in README, CONTRIBUTING or docs names a file that is there."""
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not dead


def test_no_path_of_one_machine_is_kept() -> None:
    """No file that git keeps names a folder of somebody's machine."""
    machine = re.compile(r"(?<![\w.:/])/(?:work|root|home/\w+|Users/\w+|opt/wheels)/")
    kept = (path for path in tracked() if path.suffix not in {".mp4", ".wav", ".png", ".lock"})
    found = []
    for path in kept:
        if path.is_file() and path != Path(__file__):
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.relative_to(ROOT)}: {hit}" for hit in machine.findall(text)]
    assert not found


def test_what_is_imported_is_declared() -> None:
    """A school gets what `pyproject.toml` names: what another package happened to bring may go."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    wanted = [*project["dependencies"], *extras]
    declared = {re.split(r"[<>=\[ ]", one)[0].lower() for one in wanted}
    theirs = set[str]().union(*map(imported, sources(*RIVER))) - {*sys.stdlib_module_names, *RIVER}
    brought = packages_distributions()
    undeclared = {
        name for name in theirs if declared.isdisjoint(d.lower() for d in brought.get(name, [name]))
    }
    assert undeclared == {"starlette", "anyio"}  # what FastAPI is made of, and shows
