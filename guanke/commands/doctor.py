"""`guanke doctor`: says what is found, what is missing, and what to do about it."""

import argparse
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from guanke.console import EXIT_DONE, EXIT_ENVIRONMENT, Terminal
from guanke.house import open_house
from guanke.lock import FolderLock
from guanke.settings import Settings, read_settings
from lessons.errors import DataFolderInUse, GuankeError
from processing import sandbox, speech_model
from processing.ffmpeg import find_tools

ENOUGH_BYTES = 20 << 30  # a week of lessons


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    needed: bool  # Guanke can't work without it
    zh: str
    en: str


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Look at everything; 4 when something that is needed is missing."""
    checks = list(examine(read_settings(data=options.data)))
    if options.json:
        terminal.out.out(json.dumps([asdict(c) for c in checks], ensure_ascii=False))
    for check in () if options.json else checks:
        mark = "✓" if check.ok else ("✗" if check.needed else "!")
        terminal.say(f"{mark} {check.zh}", f"{mark} {check.en}")
    return EXIT_DONE if all(c.ok or not c.needed for c in checks) else EXIT_ENVIRONMENT


def examine(settings: Settings) -> Iterator[Check]:
    """Yield a check for each thing that Guanke needs or likes to have."""
    yield _tools(settings)
    yield _model(settings)
    yield from _folder(settings)
    yield _sandbox()


def _tools(settings: Settings) -> Check:
    try:
        tools = find_tools(settings.ffmpeg, settings.ffprobe)
    except GuankeError as error:
        return _broken("ffmpeg", error)
    zh = en = f"ffmpeg {tools.version}"
    return Check(name="ffmpeg", ok=True, needed=True, zh=zh, en=en)


def _model(settings: Settings) -> Check:
    try:
        model = speech_model.find_model(settings.model, settings.folder / "models")
    except GuankeError as error:
        return _broken("model", error)
    return Check(
        name="model",
        ok=True,
        needed=True,
        zh=f"语音识别模型 {model.name}",
        en=f"speech model {model.name}",
    )


def _folder(settings: Settings) -> Iterator[Check]:
    try:
        open_house(settings).database.close()
    except GuankeError as error:
        yield _broken("data", error)
        return
    folder, free = settings.folder, shutil.disk_usage(settings.folder).free
    room, gib = free > ENOUGH_BYTES, free >> 30
    yield Check(
        name="data",
        ok=room,
        needed=False,
        zh=f"数据目录 {folder}，剩余 {gib} GiB" + ("" if room else "：空间偏少，请尽快清理或扩容"),
        en=f"data folder {folder}, {gib} GiB free" + ("" if room else ": little; make room soon"),
    )
    try:
        with FolderLock(folder):
            zh, en = "没有服务在运行", "no server is running"
    except DataFolderInUse as error:
        pid = error.facts["pid"]
        zh, en = f"服务正在运行（进程 {pid}）", f"a server is running (process {pid})"
    yield Check(name="server", ok=True, needed=False, zh=zh, en=en)


def _sandbox() -> Check:
    state = sandbox.describe()
    closed = state.sandboxed
    return Check(
        name="sandbox",
        ok=closed,
        needed=False,
        zh="解码在沙箱中进行" if closed else "没有沙箱：请安装 bubblewrap，以隔离上传文件的解码",
        en="decoding runs in a sandbox"
        if closed
        else "no sandbox: install bubblewrap, so that uploads are decoded in isolation",
    )


def _broken(name: str, error: GuankeError) -> Check:
    zh, en = error.message("zh"), error.message("en")
    return Check(name=name, ok=False, needed=True, zh=zh, en=en)
