"""Live progress as server-sent events, read by id and resumed by Last-Event-ID."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.audience import EventAudience
from api.feed import Feed
from api.policy import Looks
from api.services import Held

router = APIRouter(tags=["events"])


@router.get("/events", response_class=EventSourceResponse)
async def follow_events(
    viewer: Looks,
    request: Request,
    held: Held,
    recording_id: Annotated[str | None, Query(description="Only this recording's.")] = None,
    after: Annotated[int | None, Query(ge=0, description="Begin after this event.")] = None,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow what happens: states, progress, words as they are heard, edits by others.

    Begins with what comes next, or after the event that is named; a browser names it by itself when
    it reconnects. Comments keep idle connections open. A stream ends after some minutes, and with
    the session that opened it at once.
    """
    feed: Feed = request.app.state.feed
    audience = EventAudience(held.database, viewer)
    begin = last_event_id if last_event_id is not None else after
    if begin is None:
        begin = await feed.newest()
    # Named with its place, so that who goes away before anything happens can come back to it.
    yield ServerSentEvent(id=str(begin), event="following", raw_data="{}", retry=3000)
    async for event in feed.follow(begin, recording_id, holder=request.state.holder):
        if not await run_in_threadpool(audience.may_hear, event):
            continue
        data = {"at_ms": event.at_ms, "recording_id": event.recording_id, **event.data}
        yield ServerSentEvent(
            id=str(event.id), event=event.kind, raw_data=json.dumps(data, ensure_ascii=False)
        )
