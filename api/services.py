"""What the routes need; `guanke` puts it together and hands it to `api.app.create_app`."""

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from lessons import Framework, Phase
from lessons.exporting import ExportProfile
from lessons.reviewing import RECALL
from lessons.rubrics import RubricFacts
from lessons.webhooks import OFFICIAL_HOSTS
from storage.database import Database
from storage.objects import ObjectStore
from storage.sessions import SessionTerms
from storage.uploads import UploadTerms

GIGABYTE = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything the API works with.

    Args:
        uploads: where files grow before they are admitted; on the disk of the store.
        framework: the one in use; its version is kept in the database when the API starts.
        facts: what health reports besides what the API sees itself: tools, model, sandbox. A fact
            that is None is missing, and no work can be done without it.
        hosts: the names by which a browser may call us; any other Host header is refused, so that
            a foreign page can't reach us by a name of its own.
        owner: begins the name of every lease that this process takes; whoever knows it to be dead
            frees what begins so.
        secret: signs the addresses of media; kept, so that a restart stops no film.
        sessions: how long somebody stays signed in.
        workers: how many processes serve each queue; one where it is not said.
        profiles: the forms in which clips can be downloaded.
        rubrics: those that come with the framework; kept in the database when the API starts.
        recall: how long a reviewer may take back what was submitted.
        threads: how many requests work at once; the pool of connections is larger than that.
        address: what people type to reach this server; links that leave the house begin with it.
        stuck_ms: without progress for so long, a step counts as hung.
        webhook_hosts: where group robots may be, as `host` or `host:port`.
    """

    database: Database
    store: ObjectStore
    uploads: Path
    framework: Framework
    phases: tuple[Phase, ...]
    facts: Callable[[], Mapping[str, object]]
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    max_upload_bytes: int = 64 * GIGABYTE
    max_document_bytes: int = 200 << 20
    upload_terms: UploadTerms = field(default_factory=UploadTerms)
    owner: str = field(default_factory=lambda: f"api:{socket.gethostname()}:{os.getpid()}:")
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    sessions: SessionTerms = field(default_factory=SessionTerms)
    workers: Mapping[str, int] = field(default_factory=dict)
    threads: int = 16
    rubrics: tuple[RubricFacts, ...] = ()
    profiles: tuple[ExportProfile, ...] = ()
    recall: timedelta = RECALL
    stuck_ms: int = 120_000
    address: str = "http://127.0.0.1:8765"
    webhook_hosts: tuple[str, ...] = OFFICIAL_HOSTS


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Held = Annotated[Services, Depends(_services)]
