"""Who watches what: a ticket held against the database, at each request for media."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api import tickets
from api.policy import Policy, Right, holder_of
from api.services import Services
from api.tickets import Opens
from lessons import Recording, Rendition, Span
from lessons.people import Viewer
from lessons.refusals import NotSignedIn, OutsideClip
from lessons.sharing import Need
from storage import recordings, visibility

CONTEXT_MS = 30_000  # what is shown of the lesson before and after a clip
Bytes = tuple[int, int]  # where a stretch of a file begins and ends


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One viewer before one recording: all of it, or only some stretches."""

    viewer: Viewer
    recording: Recording
    stretches: Sequence[Span] | None  # None: all of it
    need: Need  # what the viewer may do with the recording itself

    def sees(self, start_ms: int, end_ms: int) -> bool:
        """Return whether any of this stretch may be seen."""
        span = Span(start_ms=start_ms, end_ms=end_ms)
        return self.stretches is None or any(s.overlap_ms(span) for s in self.stretches)

    def open_bytes(self, rendition: Rendition) -> Sequence[Bytes] | None:
        """Return the stretches of a rendition's file that are open; None for all of it."""
        if self.stretches is None:
            return None
        pieces: list[Bytes] = [(0, rendition.init_bytes)]
        for number, segment in enumerate(rendition.segments):
            if self.sees(*segment_span(rendition, number)):
                end = segment.offset + segment.bytes
                if pieces[-1][1] == segment.offset:
                    pieces[-1] = (pieces[-1][0], end)
                else:
                    pieces.append((segment.offset, end))
        return pieces

    def check_bytes(self, rendition: Rendition, start: int, end: int) -> None:
        """Hold a range of bytes against what is open.

        Raises:
            OutsideClip: some of it is not.
        """
        pieces = self.open_bytes(rendition)
        if pieces is not None and not any(s <= start and end <= e for s, e in pieces):
            raise OutsideClip


def segment_span(rendition: Rendition, number: int) -> tuple[int, int]:
    """Return from when to when a media segment plays, in ms."""
    before = sum(segment.duration_us for segment in rendition.segments[:number])
    return before // 1000, (before + rendition.segments[number].duration_us) // 1000 + 1


def taken(request: Request, recording_id: str, ticket: str) -> Seat:
    """Return the seat that a ticket gives before a recording.

    Raises:
        NotSignedIn: the ticket is over, not ours, or not for this; its session is over.
        NotFound: its owner may not see this any more.
    """
    services: Services = request.app.state.services
    said = tickets.read(services.secret, ticket)
    if said is None:
        raise NotSignedIn
    viewer = holder_of(request, said.holder)
    with services.database.read() as connection:
        if said.opens is Opens.CLIP:
            clip = visibility.clip(connection, viewer, said.subject_id, Need.LOOK)
            start_ms = max(0, clip.start_ms - CONTEXT_MS)
            around = [Span(start_ms=start_ms, end_ms=clip.end_ms + CONTEXT_MS)]
            if clip.recording_id != recording_id:
                raise NotSignedIn
            recording = recordings.get(connection, recording_id)
            return Seat(viewer=viewer, recording=recording, stretches=around, need=Need.LOOK)
        if said.opens is not Opens.RECORDING or said.subject_id != recording_id:
            raise NotSignedIn
        recording = visibility.recording(connection, viewer, recording_id, Need.FACTS)
        open_to = visibility.stretches(connection, viewer, recording_id, Need.FACTS)
        return Seat(viewer=viewer, recording=recording, stretches=open_to, need=Need.FACTS)


class Watch(Policy):
    """Lets in who holds a ticket for the recording that the path names."""

    def __call__(self, request: Request, recording_id: str, ticket: str) -> Seat:
        """Return the seat."""
        return taken(request, recording_id, ticket)


Watches = Annotated[Seat, Depends(Watch(Right.WATCH))]
