"""`guanke retention`: what is to go by the school's rules; with `--apply` it goes."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from guanke.admission import make_ready
from guanke.console import EXIT_DONE, Terminal
from guanke.house import open_house
from guanke.settings import read_settings
from lessons.people import FIRST_SCHOOL_GROUP
from lessons.retention import Kept
from storage import retention
from storage.retention import Due

KINDS = {Kept.RECORDING: ("课堂实录", "recordings"), Kept.ORIGINAL: ("原文件", "original files")}
WHY = {
    "hold": ("已留存", "held"),
    "evidence": ("属于证据材料", "part of an evidence set"),
    "at_work": ("尚未处理完成", "not yet processed"),
}


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--apply", action="store_true", help="delete it; else it is only counted")
    parser.add_argument("--school", default=FIRST_SCHOOL_GROUP, help="id of a school group")
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Count what is over, and delete it if that was asked; the server may run meanwhile."""
    house = open_house(read_settings(data=options.data))
    make_ready(house)
    with house.database.read() as connection:
        found = retention.due(connection, options.school)
    if options.apply:
        gone = list(retention.apply(house.database, options.school, actor="guanke retention"))
    else:
        gone = [one for one in found if one.withheld is None]
    stays = [one for one in found if one.withheld is not None]
    if options.json:
        said = {"applied": options.apply, "gone": _plain(gone), "withheld": _plain(stays)}
        terminal.out.out(json.dumps(said, ensure_ascii=False, default=str))
        return EXIT_DONE
    for kind, (zh, en) in KINDS.items():
        ours = [one for one in gone if one.kind is kind]
        size = f"{sum(one.bytes for one in ours) / 1e9:.2f} GB"
        done_zh, done_en = ("已删除", "deleted") if options.apply else ("将删除", "would go")
        terminal.say(f"{done_zh}{zh} {len(ours)} 个，{size}", f"{len(ours)} {en} {done_en}, {size}")
    for why, (zh, en) in WHY.items():
        count = sum(one.withheld == why for one in stays)
        if count:
            terminal.say(f"保留 {count} 个：{zh}", f"{count} stay: {en}")
    if options.apply:
        terminal.note("磁盘空间将在一天内释放。", "The disk gets its room back within a day.")
    return EXIT_DONE


def _plain(found: Sequence[Due]) -> Sequence[dict[str, object]]:
    return [asdict(one) for one in found]
