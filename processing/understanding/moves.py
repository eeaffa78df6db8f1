"""What a teacher does with an utterance (教学行为): one of DialogID's eight kinds, or others."""

from collections.abc import Sequence

from lessons.structure import Move
from lessons.words import Utterance
from processing.understanding.features import characters
from processing.understanding.linear import packaged_model

MODEL = "moves.bin.gz"
LONGEST = 4  # characters of a run that the classifier sees


def find_moves(utterances: Sequence[Utterance]) -> tuple[Move, ...]:
    """Return the move of each utterance, but of those that are known to be a pupil's."""
    model = packaged_model(MODEL)
    return tuple(
        Move(index=index, label=model.best(characters(utterance.text, LONGEST)))
        for index, utterance in enumerate(utterances)
        if utterance.speaker != "student"
    )
