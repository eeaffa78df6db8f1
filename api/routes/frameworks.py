"""Frameworks, their competencies, and the phases of a lesson: data that a region publishes."""

from collections.abc import Sequence

from fastapi import APIRouter

from api.policy import Looks
from api.services import Held
from lessons import Competency, Framework, Phase
from storage import frameworks

router = APIRouter(tags=["frameworks"])


@router.get("/frameworks")
def list_frameworks(_: Looks, held: Held) -> Sequence[Framework]:
    """List each version of each framework, the one in use first."""
    with held.database.read() as connection:
        return frameworks.every(connection)


@router.get("/frameworks/{framework_id}/{version}")
def read_framework(_: Looks, held: Held, framework_id: str, version: str) -> Framework:
    """Read the wording that an older evidence set was made under."""
    with held.database.read() as connection:
        return frameworks.get(connection, framework_id, version)


@router.get("/competencies")
def list_competencies(_: Looks, held: Held) -> Sequence[Competency]:
    """List the competencies of the framework in use, with the evidence each asks for."""
    with held.database.read() as connection:
        return frameworks.current(connection).competencies


@router.get("/phases")
def list_phases(_: Looks, held: Held) -> Sequence[Phase]:
    """List the phases that a lesson may have, in both languages."""
    return held.phases
