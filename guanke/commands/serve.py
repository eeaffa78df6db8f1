"""`guanke serve`: the API and the workers of one data folder, until it is told to stop."""

import argparse
import ipaddress
import socket
from functools import partial

from guanke.accounts import Handed, first_administrator
from guanke.console import EXIT_DONE, Terminal
from guanke.house import House, open_house
from guanke.settings import Settings, read_settings
from guanke.supervisor import Supervisor
from lessons.errors import AddressInUse, HostsUnnamed


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
        HostsUnnamed: it shall answer others than this machine, but not said is by which name.
        AddressInUse: somebody else listens there.
        DataFolderInUse: a server is at work on this folder.
    """
    settings = house.settings
    _check_address(settings)
    supervisor = Supervisor(house, serve=True)
    supervisor.stop_on_signals()
    with supervisor.at_work():
        handed = first_administrator(house.database)
        supervisor.run(partial(_answers, settings))
        address = f"http://{settings.host}:{settings.port}/"
        terminal.say(f"观课已启动：{address}", f"Guanke is at {address}")
        if handed:
            _hand_over(handed, terminal)
        if not local_only(settings):
            terminal.note(
                "注意：请在前面放置 TLS 反向代理，否则密码会明文传输（GUANKE_TRUSTED_PROXIES）。",
                "Put a TLS proxy in front (GUANKE_TRUSTED_PROXIES): passwords travel unencrypted.",
            )
        terminal.note("按 Ctrl-C 停止。", "Ctrl-C stops it.")
        supervisor.run()
    terminal.note("已停止。", "Stopped.")


def _hand_over(handed: Handed, terminal: Terminal) -> None:
    """Print the first account. The password is kept nowhere: it is seen here or never."""
    who, password = handed.person.staff_number, handed.password
    terminal.say(
        f"首次启动，管理员账号：{who}　一次性密码：{password}（仅显示这一次，登录后请立即修改）",
        f"First start. Administrator: {who}, one-time password: {password} (shown only now)",
    )


def _answers(settings: Settings) -> bool:
    """Return whether the API takes connections yet."""
    try:
        socket.create_connection((settings.host, settings.port), timeout=1).close()
    except OSError:
        return False
    return True


def local_only(settings: Settings) -> bool:
    """Return whether only this machine can reach the server."""
    try:
        return settings.host == "localhost" or ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        return False


def _check_address(settings: Settings) -> None:
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    if not local_only(settings) and not settings.hosts:
        raise HostsUnnamed(host=settings.host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, settings.port))
        except OSError as error:
            raise AddressInUse(host=settings.host, port=settings.port) from error
