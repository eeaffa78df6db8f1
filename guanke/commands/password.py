"""`guanke password`: gives somebody a one-time password, from the server's own shell."""

import argparse

from guanke.accounts import reset_password
from guanke.admission import make_ready
from guanke.console import EXIT_DONE, Terminal
from guanke.house import open_house
from guanke.settings import read_settings


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("person", metavar="STAFF_NUMBER")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the password; it is good for one sign-in, at which its owner chooses another."""
    house = open_house(read_settings(data=options.data))
    make_ready(house)
    handed = reset_password(house.database, options.person)
    terminal.note(
        f"{handed.person.name}（{handed.person.staff_number}）的一次性密码：",
        f"One-time password of {handed.person.name} ({handed.person.staff_number}):",
    )
    terminal.say(handed.password, handed.password)
    return EXIT_DONE
