"""Prometheus' text format, version 0.0.4: names, help, types, and one line for each sample."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One figure with what tells it from its neighbours."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""  # of a histogram: _bucket, _sum, _count


@dataclass(frozen=True, kw_only=True)
class Family:
    """All figures of one name."""

    name: str
    kind: str  # gauge, counter, histogram
    help: str
    samples: tuple[Sample, ...]


def rendered(families: Iterable[Family]) -> str:
    """Return the text that Prometheus reads."""
    return "".join(f"{line}\n" for family in families for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        labels = ",".join(f'{name}="{_quoted(text)}"' for name, text in sample.labels.items())
        braces = f"{{{labels}}}" if labels else ""
        yield f"{family.name}{sample.suffix}{braces} {sample.value!r}"


def _quoted(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
