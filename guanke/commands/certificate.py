"""`guanke certificate`: makes a certificate for the network of a school without a public name."""

import argparse
from pathlib import Path

from guanke.certificates import make_certificate
from guanke.console import EXIT_DONE, Terminal
from guanke.house import open_house
from guanke.settings import read_settings


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--names", required=True, help="names and addresses that people type, with commas"
    )
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="not in the data folder, but here"
    )


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Write the files and say what to do with each."""
    house = open_house(read_settings(data=options.data))
    folder = (options.to or house.settings.folder / "tls").expanduser().absolute()
    names = [name.strip() for name in options.names.split(",") if name.strip()]
    made = make_certificate(folder, names)
    terminal.say(
        f"已生成，有效至 {made.until:%Y-%m-%d}。写入设置文件：",
        f"Made, valid until {made.until:%Y-%m-%d}. Put into the settings:",
    )
    for line in (
        f"GUANKE_TLS_CERTIFICATE={made.certificate}",
        f"GUANKE_TLS_KEY={made.key}",
        f"GUANKE_HOSTS={','.join(names)}",
    ):
        terminal.say(line, line)
    terminal.note(
        f"在每台电脑上把 {made.authority} 安装为受信任的根证书，浏览器便不再警告。",
        f"Browsers trust it where {made.authority} is installed as a root certificate.",
    )
    return EXIT_DONE
