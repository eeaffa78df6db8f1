"""`guanke backup`: copies the data folder to another disk, while the server is at work or not."""

import argparse
import os
from pathlib import Path

from guanke.admission import make_ready
from guanke.backups import back_up, note_failure, open_vault
from guanke.children import PARENT_OPTION
from guanke.console import EXIT_DONE, EXIT_ENVIRONMENT, Terminal
from guanke.house import House, open_house
from guanke.settings import read_settings
from guanke.tally import Tally
from lessons.backup_errors import BackupAtWork, BackupIncomplete
from lessons.errors import EnvironmentFault
from storage.backup import rehearse
from storage.vault import Vault

LOW = 10  # of priority: lessons go first


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("to", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--begin", action="store_true", help="make FOLDER a place for backups")
    parser.add_argument("--list", action="store_true", help="say which backups there are")
    parser.add_argument(
        "--rehearse", action="store_true", help="prove that the newest (or --snapshot) is whole"
    )
    parser.add_argument("--snapshot", metavar="NAME")
    parser.add_argument(PARENT_OPTION, type=int, help=argparse.SUPPRESS)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Make a backup, list them, or rehearse bringing one back; 4 when something is not whole."""
    if options.parent:  # the supervisor asks, by the clock
        os.nice(LOW)
    house = open_house(read_settings(data=options.data))
    make_ready(house)
    if options.list or options.rehearse:
        vault = open_vault(house, options.to)
        return (
            _list(vault, terminal)
            if options.list
            else _rehearse(house, vault, options.snapshot, terminal)
        )
    try:
        vault = open_vault(house, options.to, begin=options.begin)
        return _make(house, vault, terminal)
    except EnvironmentFault as error:
        if not isinstance(error, BackupAtWork):
            note_failure(house, error)
        raise


def _make(house: House, vault: Vault, terminal: Terminal) -> int:
    with Tally(terminal, "备份", "backup") as tally:
        done = back_up(house, vault, tally.show)
    name, files, mb = done.snapshot.name, len(done.snapshot.objects), done.copied_bytes / 1e6
    terminal.say(
        f"已备份到 {vault.folder}：{name}，共 {files} 个文件，本次新增 {mb:.1f} MB",
        f"backed up to {vault.folder}: {name}, {files} files, {mb:.1f} MB of them new",
    )
    for old in done.forgotten:
        terminal.say(f"已按保留规则删除：{old}", f"let go by the rule: {old}")
    if done.lost:
        raise BackupIncomplete(count=len(done.lost))
    return EXIT_DONE


def _list(vault: Vault, terminal: Terminal) -> int:
    for snapshot in vault.snapshots():
        count, gb = len(snapshot.objects), sum(snapshot.objects.values()) / 1e9
        terminal.say(
            f"{snapshot.name}　{count} 个文件　{gb:.2f} GB",
            f"{snapshot.name}  {count} files  {gb:.2f} GB",
        )
    return EXIT_DONE


def _rehearse(house: House, vault: Vault, name: str | None, terminal: Terminal) -> int:
    snapshot, found = rehearse(vault, name, house.scratch)
    for digest in found.missing:
        terminal.say(f"缺失：{digest}", f"missing: {digest}")
    for digest in found.damaged:
        terminal.say(
            f"损坏：{digest}（已移开，下次备份将重新复制）", f"damaged: {digest} (set aside)"
        )
    for line in found.broken_audit_lines:
        terminal.say(f"审计记录被改动：第 {line} 行", f"audit line changed: {line}")
    if found.lost:
        return EXIT_ENVIRONMENT
    name, count = snapshot.name, len(snapshot.objects)
    terminal.say(
        f"{name} 可以恢复：数据库完好，{count} 个文件逐字节核对无误。",
        f"{name} can be brought back: its database opens, {count} files are as they were.",
    )
    return EXIT_DONE
