"""The sound of a clip: its AAC packets as they are, trimmed to the sample by an edit list.

A packet overlaps the one before (the transform's window), so one packet more stands in front, to be
decoded and not heard. Nothing is encoded again: no loss, no cost, no drift against the picture.
"""

from fractions import Fraction
from pathlib import Path

from processing.steps.fragments import Sample, read_fragments, read_header
from processing.steps.mp4_file import OutTrack, Piece, stretch


def cut_sound(audio: Path, start: Fraction, stop: Fraction, *, file_name: str) -> OutTrack | None:
    """Return the sound from `start` to `stop` (seconds), None where there is none.

    Raises:
        MediaUnreadable: the rendition is damaged.
    """
    header = read_header(audio, file_name=file_name)
    begin, end = (round(t * header.timescale) for t in (start, stop))
    kept: list[Sample] = []
    before: Sample | None = None
    for fragment in read_fragments(audio, header):
        for sample in fragment.samples:
            if sample.shown >= end:
                break
            if sample.shown + sample.length <= begin:
                before = sample
            else:
                kept.append(sample)
    if not kept:
        return None
    if before is not None:
        kept.insert(0, before)
    skipped = max(0, begin - kept[0].shown)
    late = max(0, kept[0].shown - begin)
    last = min(end, kept[-1].shown + kept[-1].length)
    return OutTrack(
        handler=b"soun",
        timescale=header.timescale,
        sample_entry=header.sample_entry,
        pieces=[
            Piece(size=s.size, length=s.length, read=stretch(audio, s.offset, s.size)) for s in kept
        ],
        skipped=skipped,
        delay_ms=round(late * 1000 / header.timescale),
        presented=last - max(begin, kept[0].shown),
    )
