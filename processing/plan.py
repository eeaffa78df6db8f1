"""Which steps a recording needs, in what order, and in which queue each waits.

Plain arithmetic over what is already known: `due` looks at the steps that are done and names the
ones that may start now. It is called in the transaction that finishes a step, so that fan-in needs
no chord.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from lessons import MediaInfo, Recording


class StepKind(StrEnum):
    """What a step does."""

    PROBE = "probe"
    SOUND = "sound"
    COPY = "copy"
    LADDER = "ladder"
    TRANSCRIBE = "transcribe"
    SCENES = "scenes"
    SEGMENT = "segment"
    SUGGEST = "suggest"
    CLIP = "clip"  # a clip's own file
    EXPORT = "export"  # a download of a clip, in the form of a profile


class Queue(StrEnum):
    """What a step needs of a machine."""

    IO = "io"
    TRANSCODE = "transcode"
    ASR = "asr"
    CLIP = "clip"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of step: where it waits, what it waits for, and the version of its code.

    Raise `version` when the code starts to give another result for the same input: recordings
    that come in later get the new one, old results stay as they are.
    """

    queue: Queue
    needs: tuple[StepKind, ...] = ()
    version: int = 1


KINDS: Mapping[StepKind, Kind] = {
    StepKind.PROBE: Kind(queue=Queue.IO),
    StepKind.SOUND: Kind(queue=Queue.IO, needs=(StepKind.PROBE,)),
    StepKind.COPY: Kind(queue=Queue.IO, needs=(StepKind.PROBE,)),
    StepKind.LADDER: Kind(queue=Queue.TRANSCODE, needs=(StepKind.PROBE, StepKind.SOUND)),
    StepKind.TRANSCRIBE: Kind(queue=Queue.ASR, needs=(StepKind.SOUND,)),
    StepKind.SCENES: Kind(queue=Queue.IO, needs=(StepKind.LADDER, StepKind.COPY)),
    StepKind.SEGMENT: Kind(queue=Queue.IO, needs=(StepKind.TRANSCRIBE, StepKind.SCENES)),
    StepKind.SUGGEST: Kind(queue=Queue.IO, needs=(StepKind.SEGMENT,)),
    StepKind.CLIP: Kind(queue=Queue.CLIP),
    StepKind.EXPORT: Kind(queue=Queue.CLIP),
}


# Not part of a recording's own way: asked for by what people do with clips.
ON_REQUEST = frozenset({StepKind.CLIP, StepKind.EXPORT})


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """A step that may start now."""

    kind: StepKind
    queue: Queue
    input_digest: str
    params: Mapping[str, object]
    length_ms: int = 0  # of the recording it works through, once that is known


def wanted(info: MediaInfo | None) -> tuple[StepKind, ...]:
    """Return every step this recording goes through, in order; the probe while nothing is known."""
    if info is None:
        return (StepKind.PROBE,)
    absent = set()
    if info.audio is None:
        absent |= {StepKind.SOUND, StepKind.TRANSCRIBE}
    if info.video is None:
        absent |= {StepKind.COPY, StepKind.SCENES}
    elif not info.compliant:
        absent |= {StepKind.COPY}
    return tuple(k for k in StepKind if k not in absent | ON_REQUEST)


def due(
    recording: Recording,
    outputs: Mapping[StepKind, Mapping[str, object]],
    parameters: Mapping[StepKind, Mapping[str, object]],
) -> list[PlannedStep]:
    """Return the steps of `recording` whose needs are met and that are not done.

    Args:
        recording: with its `info` once the probe is done.
        outputs: what each finished step gave; inputs are digested from it.
        parameters: settings that shape a result (ladder heights, model digest, framework version).
    """
    steps = wanted(recording.info)
    ready = []
    for kind in steps:
        needs = [n for n in KINDS[kind].needs if n in steps]
        if kind in outputs or any(n not in outputs for n in needs):
            continue
        params = dict(parameters.get(kind, {}))
        inputs = {n.value: digest_of(outputs[n]) for n in needs} | {"original": recording.sha256}
        length_ms = recording.info.duration_ms if recording.info else 0
        ready.append(replace(planned(kind, params, inputs), length_ms=length_ms))
    return ready


def planned(kind: StepKind, params: Mapping[str, object], inputs: Mapping[str, str]) -> PlannedStep:
    """Return the step with its input digest: what it is, its code, its parameters, its inputs."""
    identity = {
        "kind": kind,
        "version": KINDS[kind].version,
        "params": params,
        "inputs": inputs,
    }
    return PlannedStep(
        kind=kind, queue=KINDS[kind].queue, input_digest=digest_of(identity), params=params
    )


def digest_of(value: object) -> str:
    """Return the SHA-256 of `value` as canonical JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
