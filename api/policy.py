"""The one place that decides who may do what. Each route names a right; a test fails without.

Until there are accounts, whoever reaches the loopback address is the one local actor and holds
every right; the routes already say which one they ask for.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends
from fastapi.routing import APIRoute


class Right(StrEnum):
    """What a route asks for."""

    ANYONE = "anyone"  # health: says nothing of lessons or people
    LOOK = "look"
    EDIT = "edit"  # lessons, transcripts, clips, evidence
    OPERATE = "operate"  # recordings and their processing


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who asks, as the audit writes it down."""

    name: str


LOCAL = Actor(name="local")


@dataclass(frozen=True)
class May:
    """A dependency that lets in only who holds `right`, and says who it is."""

    right: Right

    async def __call__(self) -> Actor:
        """Return who asks."""
        return LOCAL


Anyone = Annotated[Actor, Depends(May(Right.ANYONE))]
Looks = Annotated[Actor, Depends(May(Right.LOOK))]
Edits = Annotated[Actor, Depends(May(Right.EDIT))]
Operates = Annotated[Actor, Depends(May(Right.OPERATE))]


def declared(route: APIRoute) -> tuple[Right, ...]:
    """Return the rights that a route names: exactly one, or the route is wrong."""
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return tuple(call.right for call in calls if isinstance(call, May))
