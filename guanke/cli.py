"""The `guanke` command: finds out what is asked and hands it to the command's own file."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from guanke import logs
from guanke.console import EXIT_USAGE, Terminal, exit_code, language_of
from guanke.settings import read_settings
from lessons.errors import GuankeError

COMMANDS = {  # name: (what it does in Chinese, in English)
    "demo": ("处理示例课堂并打开产品", "process the sample lesson and open the product"),
    "process": ("接收并处理录像，直到完成", "admit recordings and process them to the end"),
    "serve": ("启动服务", "run the server"),
    "watch": ("监视录播主机投放文件的目录", "take in what recorders drop into a folder"),
    "understand": ("只根据文字稿给出环节和推荐", "phases and suggestions from words alone"),
    "clip": ("截取片段", "cut a clip out of a recording"),
    "password": ("重设某人的密码", "give somebody a one-time password"),
    "status": ("查看运行状况", "say what runs, what waits and why, what failed"),
    "doctor": ("检查运行环境", "say what is found, what is missing, what to do"),
    "fsck": ("核对数据库与存储", "compare the database with the store"),
    "worker": ("领取并处理步骤（多机部署）", "take steps from a broker's queues"),
    "dispatch": ("把待处理的步骤通知消息代理（多机部署）", "tell a broker of the steps that wait"),
    "pool": ("（内部）一个队列的处理进程", "(internal) the worker of one queue"),
    "backup": ("备份到另一块磁盘或 NAS", "back the data folder up to another disk or a NAS"),
    "restore": ("把备份恢复到新的数据目录", "bring a backup back into a new data folder"),
    "api": ("（内部）网页服务进程", "(internal) the web process"),
}
INTERNAL = ("pool", "api")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 usage, 3 the media, 4 the environment."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = read_settings()
        terminal = Terminal(language_of(settings.lang))
    except GuankeError as error:
        Terminal(language_of(os.environ.get("GUANKE_LANG"))).error(error)
        return exit_code(error)
    logs.set_up(settings.log_format, settings.log_level)
    name = next((a for a in given if a in COMMANDS), None)
    parser = _parser(terminal, only=name)
    options = parser.parse_args(given)
    if options.command is None:
        parser.print_help(sys.stderr)
        return EXIT_USAGE
    command = importlib.import_module(f"guanke.commands.{options.command}")
    try:
        return int(command.run(options, terminal))
    except GuankeError as error:
        terminal.error(error)
        return exit_code(error)
    except KeyboardInterrupt:
        terminal.note("已停止。", "Stopped.")
        return 130


def _parser(terminal: Terminal, only: str | None) -> argparse.ArgumentParser:
    """Build the parser; only the command that was asked for is loaded."""
    parser = argparse.ArgumentParser(prog="guanke", description=terminal.text("观课", "Guanke"))
    parser.add_argument("--version", action="version", version=f"guanke {version('guanke')}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (zh, en) in COMMANDS.items():
        if name in INTERNAL and name != only:
            continue
        one = commands.add_parser(name, help=terminal.text(zh, en))
        if name == only:
            importlib.import_module(f"guanke.commands.{name}").options(one)
            one.add_argument("--data", help=terminal.text("数据目录", "data folder"))
    return parser
