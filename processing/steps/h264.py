"""The little of H.264 a cut must know: unit types, parameter sets, and the `avcC` that holds them.

After ITU-T H.264 (7.3.1, 7.4.1) and ISO/IEC 14496-15 (5.3.3).
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from processing.steps.fragments import boxes
from processing.steps.mp4_file import box

IDR, SEI, SPS, PPS, DELIMITER = 5, 6, 7, 8, 9
_WITH_FORMAT = (100, 110, 122, 144)  # profiles whose avcC also tells chroma format and bit depth
_ENTRY_FIELDS = 78  # bytes of a visual sample entry before its boxes


def unit_type(unit: bytes) -> int:
    """Return the type of a NAL unit."""
    return unit[0] & 0x1F


def units_in_sample(sample: bytes, length_bytes: int) -> Iterator[bytes]:
    """Yield the NAL units of an MP4 sample, each of which stands after its length."""
    at = 0
    while at + length_bytes < len(sample):
        size = int.from_bytes(sample[at : at + length_bytes])
        yield sample[at + length_bytes : at + length_bytes + size]
        at += length_bytes + size


def units_in_stream(stream: bytes) -> Iterator[bytes]:
    """Yield the NAL units of a byte stream (Annex B)."""
    for part in stream.split(b"\0\0\1")[1:]:
        unit = part.rstrip(b"\0")
        if unit:
            yield unit


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The parameter sets of a track, as its `avcC` keeps them."""

    profile: int
    constraints: int
    level: int
    length_bytes: int  # before each unit of a sample
    sequence: tuple[bytes, ...]
    picture: tuple[bytes, ...]
    format_bytes: bytes = b""  # chroma format and bit depths, where the profile has them

    @classmethod
    def of(cls, avcc: bytes) -> "Parameters":
        """Read the content of an `avcC` box."""
        at = 6
        sets: list[tuple[bytes, ...]] = []
        counts = [avcc[5] & 0x1F]
        while len(sets) < 2:
            found = []
            for _ in range(counts[-1]):
                size = struct.unpack_from(">H", avcc, at)[0]
                found.append(avcc[at + 2 : at + 2 + size])
                at += 2 + size
            sets.append(tuple(found))
            if len(sets) == 1:
                counts.append(avcc[at])
                at += 1
        return cls(
            profile=avcc[1],
            constraints=avcc[2],
            level=avcc[3],
            length_bytes=(avcc[4] & 3) + 1,
            sequence=sets[0],
            picture=sets[1],
            format_bytes=avcc[at:] if avcc[1] in _WITH_FORMAT else b"",
        )

    def also(self, sequence: Iterable[bytes], picture: Iterable[bytes]) -> "Parameters":
        """Return these and further sets in one: the wider profile, the higher level."""
        more, further = tuple(sequence), tuple(picture)
        profile = max([self.profile, *(s[1] for s in more)])
        constraints = self.constraints
        for s in more:
            constraints &= s[2]
        plain = bytes([0xFD, 0xF8, 0xF8, 0])  # 4:2:0, 8 bits, no extension: all that we encode
        return Parameters(
            profile=profile,
            constraints=constraints,
            level=max([self.level, *(s[3] for s in more)]),
            length_bytes=self.length_bytes,
            sequence=self.sequence + more,
            picture=self.picture + further,
            format_bytes=(self.format_bytes or plain) if profile in _WITH_FORMAT else b"",
        )

    def free_id(self) -> int:
        """Return a number that no set here has, for sets to be added (0 to 31)."""
        taken = {_first_number(s[4:]) for s in self.sequence}
        taken |= {_first_number(p[1:]) for p in self.picture}
        return next(n for n in range(32) if n not in taken)

    def packed(self) -> bytes:
        """Return the content of an `avcC` box."""
        out = bytes([1, self.profile, self.constraints, self.level, 0xFC | self.length_bytes - 1])
        out += bytes([0xE0 | len(self.sequence)])
        out += b"".join(struct.pack(">H", len(s)) + s for s in self.sequence)
        out += bytes([len(self.picture)])
        out += b"".join(struct.pack(">H", len(p)) + p for p in self.picture)
        return out + self.format_bytes


def _first_number(payload: bytes) -> int:
    """Return the Exp-Golomb number at the head of `payload` (9.1)."""
    bits = "".join(f"{byte:08b}" for byte in payload[:8])
    zeros = bits.index("1")
    return int(bits[zeros : 2 * zeros + 1], 2) - 1


def parameters_of(sample_entry: bytes) -> Parameters:
    """Return the parameter sets of an `avc1` sample entry."""
    for kind, start, end in boxes(sample_entry, 8 + _ENTRY_FIELDS):
        if kind == b"avcC":
            return Parameters.of(sample_entry[start:end])
    raise ValueError("no avcC")


def with_parameters(sample_entry: bytes, parameters: Parameters) -> bytes:
    """Return the sample entry with other parameter sets and all else as it was."""
    rest = [
        sample_entry[start - 8 : end]
        for kind, start, end in boxes(sample_entry, 8 + _ENTRY_FIELDS)
        if kind not in (b"avcC", b"btrt")
    ]
    fields = sample_entry[8 : 8 + _ENTRY_FIELDS]
    return box(b"avc1", fields, box(b"avcC", parameters.packed()), *rest)


def starts_clean(sample: bytes, length_bytes: int) -> bool:
    """Return whether nothing after this frame looks back beyond it: an IDR picture."""
    return any(unit and unit_type(unit) == IDR for unit in units_in_sample(sample, length_bytes))
