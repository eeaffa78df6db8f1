"""What was said: utterances with the time of each word."""

from dataclasses import dataclass

from lessons.timing import Span


@dataclass(frozen=True, kw_only=True)
class Word(Span):
    """One word (one or more characters in Chinese) and how sure the recogniser was, 0 to 1."""

    text: str
    probability: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Utterance(Span):
    """A timed line of speech: a sentence or a turn, never minutes."""

    text: str
    words: tuple[Word, ...] = ()
    speaker: str | None = None  # "teacher", "student", or None where nobody knows


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """Everything that was said, in order of time. No speech is a valid transcript."""

    language: str | None  # zh, en, …; None where nothing was said
    utterances: tuple[Utterance, ...] = ()
    made_by: str = ""  # version of the model and the settings that wrote it
