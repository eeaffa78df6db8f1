"""`guanke status`: what runs where, what waits and why, what failed, how much room there is."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

from guanke.console import EXIT_DONE, Terminal
from guanke.settings import read_settings
from guanke.standing import Standing, Work, standing
from lessons.errors import restored

Line = tuple[str, str]


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Say how the house stands; it need not run for that, and is not changed."""
    found = standing(read_settings(data=options.data))
    if options.json:
        terminal.out.out(json.dumps(asdict(found), ensure_ascii=False, default=str))
        return EXIT_DONE
    for zh, en in lines(found):
        terminal.say(zh, en)
    return EXIT_DONE


def lines(found: Standing) -> Iterator[Line]:
    """Yield what there is to say, in Chinese and English."""
    yield (
        f"服务正在运行（进程 {found.server}）" if found.server else "没有服务在运行",
        f"A server is running (process {found.server})" if found.server else "No server is running",
    )
    if found.work is None:
        yield (
            f"数据库版本为 {found.revision}，本程序为 {found.known_revision}：启动服务时会自动升级",
            f"The database is of version {found.revision}, this program of {found.known_revision}: "
            "it is migrated when the server starts",
        )
    else:
        yield from _work(found, found.work)
    free, whole = _gb(found.disk_free_bytes), _gb(found.disk_bytes)
    size = _gb(found.database_bytes)
    yield (
        f"磁盘剩余 {free}（共 {whole}），数据库 {size}",
        f"Disk: {free} free of {whole}; database {size}",
    )
    yield _backup(found)


def _work(found: Standing, work: Work) -> Iterator[Line]:
    for worker in work.workers:
        queues = ", ".join(worker.queues)
        yield f"处理机 {worker.id}：{queues}", f"Worker {worker.id}: {queues}"
    for step in work.at_work:
        zh = "（处理程序失联）" if step.lost else "（没有进展）" if step.hung else ""
        en = " (its worker is gone)" if step.lost else " (no progress)" if step.hung else ""
        share, since = f"{step.progress:.0%}", round(step.running_ms / 1000)
        yield (
            f"处理中 {step.kind} {share}，已 {since} 秒：{step.file_name}（{step.worker}）{zh}",
            f"At work: {step.kind} {share} for {since} s: {step.file_name} ({step.worker}){en}",
        )
    for kind in work.waiting:
        oldest = round(kind.oldest_ms / 1000)
        zh, en = _why(found, kind.paused, kind.count, kind.next_try_ms)
        yield (
            f"等待 {kind.kind}：{kind.count} 个，最久 {oldest} 秒，{zh}",
            f"Waiting: {kind.count} {kind.kind}, the oldest {oldest} s, {en}",
        )
    for cause in work.failures:
        error = restored(cause.code, dict(cause.facts))
        zh, en = error.message("zh"), error.message("en")
        yield (
            f"处理失败 {cause.kind}：{cause.count} 个，{zh}",
            f"Failed: {cause.count} {cause.kind}: {en}",
        )
    if not (work.at_work or work.waiting):
        yield "没有等待处理的课堂实录", "Nothing waits"
    if work.uploads.live:
        got, whole = _gb(work.uploads.received_bytes), _gb(work.uploads.announced_bytes)
        live = work.uploads.live
        yield f"上传中 {live} 个：{got} / {whole}", f"Uploads: {live}, {got} of {whole}"


def _why(found: Standing, paused: int, count: int, next_try_ms: int) -> Line:
    if not found.serving:
        return "等服务启动", "until the server starts"
    if paused == count:
        seconds = round(next_try_ms / 1000)
        return f"{seconds} 秒后重试", f"next try in {seconds} s"
    return "排队中", "for their turn"


def _backup(found: Standing) -> Line:
    last = found.last_backup
    if last is None:
        return "还没有备份", "No backup has been made"
    if last.error_code:
        error = restored(last.error_code, dict(last.error_facts or {}))
        return (
            f"最近一次备份没有完成：{error.message('zh')}",
            f"The last backup did not succeed: {error.message('en')}",
        )
    at = f"{last.done_at:%Y-%m-%d %H:%M %Z}"
    return f"最近一次备份：{at}", f"Last backup: {at}"


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
