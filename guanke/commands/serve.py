"""`guanke serve`: the API and the workers of one data folder, until it is told to stop."""

import argparse
import ipaddress
import logging
import socket
from functools import partial

from guanke.console import EXIT_DONE, Terminal
from guanke.house import House, open_house
from guanke.settings import Settings, read_settings
from guanke.supervisor import Supervisor
from lessons.errors import AddressInUse, NotLoopback


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Serve until Ctrl-C."""
    settings = read_settings(data=options.data, host=options.host, port=options.port)
    serve(open_house(settings), terminal)
    return EXIT_DONE


def serve(house: House, terminal: Terminal) -> None:
    """Run the API and the workers; print where to look.

    Raises:
        NotLoopback: there are no accounts yet, so nobody but this machine may ask.
        AddressInUse: somebody else listens there.
        DataFolderInUse: a server is at work on this folder.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    settings = house.settings
    _check_address(settings)
    supervisor = Supervisor(house, serve=True)
    supervisor.stop_on_signals()
    with supervisor.at_work():
        supervisor.run(partial(_answers, settings))
        address = f"http://{settings.host}:{settings.port}/"
        terminal.say(f"观课已启动：{address}", f"Guanke is at {address}")
        terminal.note("按 Ctrl-C 停止。", "Ctrl-C stops it.")
        supervisor.run()
    terminal.note("已停止。", "Stopped.")


def _answers(settings: Settings) -> bool:
    """Return whether the API takes connections yet."""
    try:
        socket.create_connection((settings.host, settings.port), timeout=1).close()
    except OSError:
        return False
    return True


def _check_address(settings: Settings) -> None:
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NotLoopback(host=settings.host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, settings.port))
        except OSError as error:
            raise AddressInUse(host=settings.host, port=settings.port) from error
