"""Every setting, typed and in one place: read here, passed on as arguments.

They come from the environment (prefix `GUANKE_`) or from one file named by `GUANKE_SETTINGS`, lines
of `GUANKE_NAME=value`. Child processes inherit them by the environment.
"""

import json
import os
import re
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from guanke.logs import LogFormat, LogLevel
from lessons.errors import BadSetting
from lessons.webhooks import OFFICIAL_HOSTS
from processing.plan import Queue
from storage.leases import LeaseTerms
from storage.sessions import SessionTerms
from storage.uploads import UploadTerms

SETTINGS_FILE = "GUANKE_SETTINGS"
SECRETS_FOLDER = "GUANKE_SECRETS"  # files such as guanke_store_secret_key
HIDDEN = {"database", "database_password", "store_access_key", "store_secret_key"}


class Settings(BaseSettings):
    """What an administrator may decide."""

    model_config = SettingsConfigDict(
        env_prefix="GUANKE_",
        env_ignore_empty=True,  # `GUANKE_NAME=` stands for the default
        extra="ignore",
        protected_namespaces=(),
    )

    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8765
    hosts: str | None = (
        None  # names by which browsers call us besides this machine's own, with commas
    )
    trusted_proxies: str | None = None  # addresses whose X-Forwarded-* is believed, with commas
    tls_certificate: Path | None = None  # with its chain; both: the server speaks https itself
    tls_key: Path | None = None
    session_idle_s: Annotated[float, Field(gt=0)] = 8 * 3600
    session_longest_s: Annotated[float, Field(gt=0)] = 7 * 24 * 3600
    lang: str | None = None  # zh or en; None: as the environment's LANG says

    log_format: LogFormat = LogFormat.TEXT
    log_level: LogLevel | None = None  # None: info for programs, warning for people

    address: str | None = None  # what people type to reach us; None: host and port
    webhook_hosts: tuple[str, ...] = OFFICIAL_HOSTS

    database: str | None = None  # postgresql://…; None: SQLite in the data folder
    database_password: SecretStr | None = None
    store: str | None = None  # https://host:port/bucket; None: a folder of the data folder
    store_access_key: SecretStr | None = None
    store_secret_key: SecretStr | None = None
    store_region: str = "us-east-1"

    ffmpeg: str | None = None
    ffprobe: str | None = None
    model: str | None = None  # a folder with a faster-whisper model
    framework: Path | None = None  # None: the national one that comes with Guanke
    phases: Path | None = None
    export_profiles: Path | None = None  # None: the forms of download that come with Guanke

    ladder: tuple[int, ...] = (1080, 720, 360)  # heights of the pictures made
    speech_threads: Annotated[int, Field(ge=1)] = 1
    transcode_workers: Annotated[int, Field(ge=0)] = 1
    speech_workers: Annotated[int, Field(ge=0)] = 1

    broker: str | None = None  # redis://… or amqp://…; None: everything on this machine
    ring_again_s: Annotated[float, Field(gt=0)] = 30  # for a step that no worker took

    lease_s: Annotated[float, Field(gt=0)] = 60
    stuck_s: Annotated[float, Field(gt=0)] = 120
    max_crashes: Annotated[int, Field(ge=1)] = 3
    max_retries: Annotated[int, Field(ge=0)] = 20
    keep_orphans_s: Annotated[float, Field(ge=0)] = (
        24 * 3600
    )  # before the janitor takes an unnamed object

    max_upload_bytes: Annotated[int, Field(gt=0)] = 64 << 30  # of one file
    upload_expires_s: Annotated[float, Field(gt=0)] = 7 * 24 * 3600  # since its last byte came
    quota_bytes: Annotated[int, Field(gt=0)] | None = None  # for all recordings; None: no limit
    backup_to: Path | None = None  # a folder on another disk or a NAS
    backup_at: time = time(2, 30)  # of the day, on this machine's clock
    backup_keep: str = "7d 4w 12m"  # days, weeks, months, years

    reserve_bytes: Annotated[int, Field(ge=0)] = 1 << 30  # kept free for the work on uploads

    @cached_property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return self.data.expanduser().absolute()

    @property
    def tls(self) -> tuple[Path, Path] | None:
        """The certificate and its key, where the server speaks https itself."""
        return (
            (self.tls_certificate, self.tls_key) if self.tls_certificate and self.tls_key else None
        )

    @property
    def origin(self) -> str:
        """What people type to reach us."""
        scheme = "https" if self.tls else "http"
        return self.address or f"{scheme}://{self.host}:{self.port}"

    @property
    def terms(self) -> LeaseTerms:
        """How long claims hold."""
        return LeaseTerms(
            lease_ms=round(self.lease_s * 1000),
            max_crashes=self.max_crashes,
            max_retries=self.max_retries,
        )

    @property
    def session_terms(self) -> SessionTerms:
        """How long somebody stays signed in."""
        return SessionTerms(idle_s=self.session_idle_s, longest_s=self.session_longest_s)

    @property
    def known_hosts(self) -> frozenset[str]:
        """Every name by which a browser may call us."""
        named = {host.strip().lower() for host in (self.hosts or "").split(",")} - {""}
        return frozenset({"127.0.0.1", "localhost", "[::1]"} | named)

    @property
    def upload_terms(self) -> UploadTerms:
        """How long uploads are kept, and how much may come in."""
        return UploadTerms(
            expires_ms=round(self.upload_expires_s * 1000),
            quota_bytes=self.quota_bytes,
            reserve_bytes=self.reserve_bytes,
        )

    @property
    def crews(self) -> list[tuple[Queue, ...]]:
        """Return, for each worker process, the queues it serves: light work has one of its own."""
        return [
            (Queue.IO, Queue.CLIP),
            *[(Queue.TRANSCODE,)] * self.transcode_workers,
            *[(Queue.ASR,)] * self.speech_workers,
        ]

    def environment(self) -> dict[str, str]:
        """Return the environment that gives a child process these settings.

        Passwords and keys are not written into it: a child reads them where we have read them.
        """
        named = self.model_dump(mode="json", exclude_none=True, exclude=HIDDEN) | {
            "data": str(self.folder)
        }
        values = {
            f"GUANKE_{name.upper()}": ",".join(map(str, v)) if isinstance(v, list) else str(v)
            for name, v in named.items()
        }
        values["GUANKE_LADDER"] = str(list(self.ladder))  # pydantic reads lists as JSON
        values["GUANKE_WEBHOOK_HOSTS"] = json.dumps(self.webhook_hosts)
        return {**os.environ, **values}


def read_settings(**given: object) -> Settings:
    """Return the settings; what the command line gave stands above file and environment.

    Raises:
        BadSetting: one has a value that makes no sense.
    """
    file, secrets = os.environ.get(SETTINGS_FILE), os.environ.get(SECRETS_FOLDER)
    if secrets and not Path(secrets).is_dir():
        raise BadSetting(name=SECRETS_FOLDER, detail="no-such-folder", value=secrets)
    if file:
        _check_file(Path(file))
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(_env_file=file, _secrets_dir=secrets, **chosen)  # type: ignore[call-arg,arg-type]  # pydantic's own door
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "—"
        value = str(first["input"])[:60]
        raise BadSetting(name=f"GUANKE_{name}", detail="value", value=value) from error
    except SettingsError as error:  # a list that is none; it names the field in quotes
        name = (re.findall(r'"(\w+)"', str(error)) or ["—"])[0].upper()
        value = os.environ.get(f"GUANKE_{name}", "")[:60]
        raise BadSetting(name=f"GUANKE_{name}", detail="value", value=value) from error


def _check_file(path: Path) -> None:
    """Refuse a file that is not there, or a line of it that sets nothing: it is a slip of the pen.

    Raises:
        BadSetting: it names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadSetting(name=SETTINGS_FILE, detail="unreadable", value=path) from error
    except UnicodeDecodeError as error:
        raise BadSetting(name=SETTINGS_FILE, detail="not-text") from error
    for number, line in enumerate(lines, start=1):
        name = line.strip().removeprefix("export ").partition("=")[0].strip()
        if not name or name.startswith("#"):
            continue
        if name.removeprefix("GUANKE_").lower() not in Settings.model_fields:
            raise BadSetting(name=name[:60], detail="unknown-setting", line=number, path=path)
