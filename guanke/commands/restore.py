"""`guanke restore`: brings a backup back into a new data folder."""

import argparse
from pathlib import Path

from guanke.console import EXIT_DONE, EXIT_ENVIRONMENT, Terminal
from guanke.settings import read_settings
from guanke.tally import Tally
from storage.backup import restore
from storage.vault import Vault


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("origin", type=Path, metavar="BACKUP_FOLDER")
    parser.add_argument("--snapshot", metavar="NAME", help="not the newest, but this one")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Restore; 4 when files are lost. Everybody signs in again afterwards."""
    settings = read_settings(data=options.data)
    vault = Vault(options.origin.expanduser().absolute(), None)
    with Tally(terminal, "恢复", "restore") as tally:
        snapshot, lost = restore(vault, options.snapshot, settings.folder, tally.show)
    for digest in lost:
        terminal.say(f"备份中缺失或损坏：{digest}", f"missing or damaged in the backup: {digest}")
    terminal.say(
        f"已把 {snapshot.name} 恢复到 {settings.folder}；所有人需要重新登录。",
        f"{snapshot.name} is back in {settings.folder}; everybody signs in again.",
    )
    return EXIT_ENVIRONMENT if lost else EXIT_DONE
