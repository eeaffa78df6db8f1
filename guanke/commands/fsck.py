"""`guanke fsck`: compares the database with the store, and mends or clears what it is told to."""

import argparse
from pathlib import Path

from guanke.admission import make_ready
from guanke.console import EXIT_DONE, EXIT_ENVIRONMENT, Terminal
from guanke.house import House, open_house
from guanke.lock import FolderLock
from guanke.settings import read_settings
from storage import janitor
from storage.folder import FolderStore
from storage.repair import repair
from storage.vault import Vault


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--deep", action="store_true", help="hash every object again")
    parser.add_argument("--clear", action="store_true", help="delete objects that no row names")
    parser.add_argument(
        "--repair",
        action="store_true",
        help="make again, or bring back, what is missing or damaged",
    )
    parser.add_argument("--from", dest="origin", type=Path, metavar="BACKUP_FOLDER")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Say what is missing, damaged or left over; 4 when something is lost."""
    house = open_house(read_settings(data=options.data))
    make_ready(house)
    found = janitor.fsck(house.database, house.store, deep=options.deep)
    for digest in found.missing:
        terminal.say(f"缺失：{digest}", f"missing: {digest}")
    for digest in found.damaged:
        terminal.say(f"损坏：{digest}", f"damaged: {digest}")
    for line in found.broken_audit_lines:
        terminal.say(f"审计记录被改动：第 {line} 行", f"audit line changed: {line}")
    for digest in found.orphans:
        terminal.say(f"无人引用：{digest}", f"unnamed: {digest}")
    if options.clear:
        with FolderLock(house.settings.folder):  # nobody is between putting and naming
            cleared = janitor.clear_orphans(house.database, house.store, older_than_s=0)
        terminal.say(f"已清理 {cleared} 个", f"cleared {cleared}")
    if found == janitor.Findings():
        terminal.say("数据库与存储一致。", "Database and store agree.")
    if options.repair and (found.missing or found.damaged):
        return _repair(house, found, options.origin, terminal)
    return EXIT_ENVIRONMENT if found.lost else EXIT_DONE


def _repair(house: House, found: janitor.Findings, origin: Path | None, terminal: Terminal) -> int:
    vault = Vault(origin.expanduser().absolute(), None) if origin else None
    done = repair(
        house.database,
        house.store,
        found,
        backup=FolderStore(vault.objects) if vault else None,
        scratch=house.scratch,
    )
    for digest in done.brought_back:
        terminal.say(f"已从备份取回：{digest}", f"brought back: {digest}")
    for digest in done.made_again:
        terminal.say(f"将重新生成：{digest}", f"will be made again: {digest}")
    for digest in done.lost:
        terminal.say(
            f"无法修复：{digest}。请用 --from 指定备份目录。",
            f"can't be mended: {digest}. Name a backup with --from.",
        )
    return EXIT_ENVIRONMENT if done.lost or found.broken_audit_lines else EXIT_DONE
