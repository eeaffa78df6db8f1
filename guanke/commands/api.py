"""`guanke api`: the web process. The supervisor starts it; it loads neither OpenCV nor a model."""

import argparse
import os
from collections import Counter
from collections.abc import Mapping
from functools import partial

from api.app import create_app
from api.server import Server
from api.services import Services
from guanke.children import PARENT_OPTION, lease_owner
from guanke.console import EXIT_DONE, Terminal
from guanke.house import House, knowledge, open_house
from guanke.settings import Settings, read_settings
from lessons.errors import GuankeError
from processing import sandbox, speech_model
from processing.ffmpeg import find_tools
from processing.profiles import load_profiles


def options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(PARENT_OPTION, type=int)


def run(options: argparse.Namespace, terminal: Terminal) -> int:  # noqa: ARG001  # one shape for all
    """Answer requests until told to stop."""
    settings = read_settings(data=options.data)
    app = create_app(services(open_house(settings)))
    proxies = settings.trusted_proxies or ""
    Server(app, host=settings.host, port=settings.port, proxies=proxies, tls=settings.tls).run()
    return EXIT_DONE


def services(house: House) -> Services:
    """Return what the API works with, from what the house has."""
    known = knowledge(house.settings)
    return Services(
        database=house.database,
        store=house.store,
        uploads=house.uploads,
        framework=known.framework.framework,
        rubrics=known.rubrics,
        phases=known.phases,
        profiles=load_profiles(house.settings.export_profiles),
        facts=partial(facts, house.settings),
        max_upload_bytes=house.settings.max_upload_bytes,
        upload_terms=house.settings.upload_terms,
        owner=lease_owner(house.settings.folder, os.getpid()),
        workers=Counter(queue for crew in house.settings.crews for queue in crew),
        hosts=house.settings.known_hosts,
        sessions=house.settings.session_terms,
        secret=house.secret("media"),
        address=house.settings.origin,
        stuck_ms=round(house.settings.stuck_s * 1000),
        webhook_hosts=house.settings.webhook_hosts,
    )


def facts(settings: Settings) -> Mapping[str, object]:
    """Return what health tells of this machine; None where something needed is missing."""
    found: dict[str, object] = {"sandbox": sandbox.describe().detail}
    try:
        found["ffmpeg"] = find_tools(settings.ffmpeg, settings.ffprobe).version
    except GuankeError:
        found["ffmpeg"] = None
    try:
        found["model"] = speech_model.find_model(settings.model, settings.folder / "models").name
    except GuankeError:
        found["model"] = None
    return found
