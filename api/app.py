"""Puts the routes, the guard, the errors and the page together. Wiring only."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute

from api import errors, openapi
from api.courier import Courier, supervised
from api.feed import Feed
from api.guard import Guard
from api.outlook import Outlooks
from api.pages import Pages
from api.receiving import Receiver
from api.request_log import RequestLog
from api.routes import (
    assignments,
    audit,
    clips,
    comments,
    events,
    evidence,
    exports,
    frameworks,
    health,
    home,
    intake,
    lessons,
    library,
    me,
    media,
    metrics,
    notices,
    operations,
    people,
    playback,
    projects,
    recordings,
    retention,
    review_media,
    reviews,
    rubrics,
    school,
    search,
    segments,
    session,
    sharing,
    suggestions,
    transcripts,
    uploads,
    webhooks,
)
from api.services import Services
from api.tus import TusHeaders
from storage import frameworks as kept_frameworks
from storage import rubrics as kept_rubrics

NOUNS = (
    lessons, recordings, transcripts, segments, suggestions, frameworks, clips, evidence, search,
    exports, events, health, uploads, intake, session, comments, reviews, assignments, rubrics,
    playback, me, people, school, sharing, audit, home, library, projects, notices, webhooks,
    operations, retention,
)  # fmt: skip
DESCRIPTION = (
    "Lessons from recording classrooms, and the micro-competency evidence in them. Times are whole "
    "milliseconds on a recording's clock, spans half-open; a change names the `revision` it was "
    "made from. Problems follow RFC 9457, in Chinese or English as Accept-Language asks."
)


def create_app(services: Services) -> FastAPI:
    """Return the web application over `services`; the database is migrated already."""
    app = FastAPI(
        title="Guanke 观课",
        version=version("guanke"),
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
        max_body_size=services.max_document_bytes,
    )
    app.state.services = services
    errors.install(app)
    openapi.install(app)
    app.add_middleware(TusHeaders)
    app.add_middleware(Guard, hosts=services.hosts)
    app.add_middleware(RequestLog)
    api = APIRouter(prefix="/api/v1")
    for noun in NOUNS:
        api.include_router(noun.router)
    app.include_router(api)
    app.include_router(media.router)
    app.include_router(exports.media)
    app.include_router(metrics.router)
    app.include_router(review_media.router)
    app.mount("/", Pages(), name="page")
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    # More threads than connections would let requests starve while they hold a thread.
    anyio.to_thread.current_default_thread_limiter().total_tokens = services.threads
    await run_in_threadpool(_keep_framework, services)
    feed = app.state.feed = Feed(services.database)
    app.state.outlooks = Outlooks(services)
    receiver = app.state.receiver = Receiver(services)
    courier = Courier(services.database, services.address)
    work = [asyncio.create_task(part.run()) for part in (feed, receiver)]
    work.append(asyncio.create_task(supervised(courier.run, "the courier of group robots")))
    try:
        yield
    finally:
        for task in work:
            task.cancel()
        for task in work:
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _keep_framework(services: Services) -> None:
    with services.database.read() as connection:
        known = kept_frameworks.every(connection)
    if not known or known[0].version != services.framework.version:
        with services.database.write() as connection:
            kept_frameworks.keep(connection, services.framework)
    if services.rubrics:
        with services.database.write() as connection:
            kept_rubrics.keep_shipped(connection, services.rubrics)


def _operation_id(route: APIRoute) -> str:
    return route.name
