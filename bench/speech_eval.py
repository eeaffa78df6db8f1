"""Prints how well speech is recognised on a folder of recordings.

usage: python -m bench.speech_eval FOLDER… [--threads 1] [--language zh] [--show] [--speakers]

A recording's truth is `NAME.truth.json` or `NAME.json` beside it (utterances with `start_ms` or
seconds in `start`), or its line in `refs.tsv`. One without truth is shown with what was heard.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.scoring.speech import SpeechScore, errors_by_speaker, score
from lessons import Transcript, Utterance
from processing.ffmpeg import find_tools
from processing.speech_model import find_model
from processing.steps.transcribe import Recogniser, transcribe

KINDS = {".mp4", ".mov", ".mkv", ".mts", ".wav", ".flac", ".mp3"}
Truth = tuple[str, list[Utterance]]


def recordings(folder: Path) -> Iterator[Path]:
    """Yield the recordings of `folder` in order of name."""
    yield from sorted(file for file in folder.iterdir() if file.suffix in KINDS)


def truth_of(file: Path) -> Truth | None:
    """Return the language and the utterances that were really said, or None."""
    for beside in (file.with_suffix(".truth.json"), file.with_suffix(".json")):
        if beside.exists():
            told = json.loads(beside.read_text(encoding="utf-8"))
            return told["language"], [_utterance(one) for one in told["utterances"]]
    listed = file.parent / "refs.tsv"
    for line in listed.read_text(encoding="utf-8").splitlines() if listed.exists() else ():
        name, text = line.split("\t")
        if name == file.name:
            language = "zh" if any("\u4e00" <= c <= "\u9fff" for c in text) else "en"
            return language, [Utterance(start_ms=0, end_ms=0, text=text)]
    return None


def _utterance(told: dict[str, Any]) -> Utterance:
    start, end = (
        round(told[f"{edge}_ms"] if f"{edge}_ms" in told else told[edge] * 1000)
        for edge in ("start", "end")
    )
    speaker = told.get("voice", told.get("speaker"))
    return Utterance(start_ms=start, end_ms=end, text=told["text"], speaker=speaker)


def to_pcm(file: Path, folder: Path) -> Path | None:
    """Return 16 kHz mono sound of `file`, or None where there is none."""
    pcm = folder / f"{file.name}.wav"
    command = [str(find_tools().ffmpeg), "-nostdin", "-v", "quiet", "-y", "-i", str(file), "-vn"]
    subprocess.run([*command, "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", str(pcm)])
    return pcm if pcm.exists() and pcm.stat().st_size > 44 else None


def _line(name: str, found: Transcript, scored: SpeechScore | None, cost: float) -> str:
    told = f"| {name} | {found.language or '–'} | {len(found.utterances)} "
    if scored is None:
        return told + f"| – | – | – | – | {cost:.3f} |"
    return told + (
        f"| {scored.error_rate:.3f} | {scored.start_error_ms:.0f} | {scored.loops} "
        f"| {scored.traditional} | {cost:.3f} |"
    )


def _speakers(truth: Truth, found: Transcript) -> str:
    """Return a line on each speaker: error rate, and what the errors are."""
    lines = ""
    for name, errors in sorted(errors_by_speaker(truth[1], found, truth[0]).items()):
        wrong = errors.changed + errors.missing + errors.added
        lines += (
            f"    {name}: {wrong / max(1, errors.length):.3f} of {errors.length} "
            f"({errors.changed} changed, {errors.missing} missing, {errors.added} added)\n"
        )
    return lines


def main() -> int:
    """Score every recording; print a table and the pooled error rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--language")
    parser.add_argument("--show", action="store_true", help="print what was heard")
    parser.add_argument("--speakers", action="store_true", help="print who was misheard")
    chosen = parser.parse_args()
    out = sys.stdout
    out.write("| recording | language | utterances | CER/WER | start ms | loops | traditional |")
    out.write(" CPU s per s |\n|---|---|---|---|---|---|---|---|\n")
    pooled: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        cache = Path(os.environ.get("GUANKE_MODEL_CACHE", work))
        model = find_model(os.environ.get("GUANKE_MODEL"), cache)
        recogniser = Recogniser(model, chosen.threads)
        for file in (file for folder in chosen.folders for file in recordings(folder)):
            pcm = to_pcm(file, work)
            if pcm is None:
                continue
            began = time.process_time()
            found = transcribe(pcm, recogniser=recogniser, language=chosen.language)
            cost = (time.process_time() - began) / max(1e-3, pcm.stat().st_size / 32000)
            pcm.unlink()
            truth = truth_of(file)
            scored = score(truth[1], found, truth[0]) if truth else None
            out.write(_line(file.name, found, scored, cost) + "\n")
            if truth and scored:
                total = pooled.setdefault(truth[0], [0, 0])
                total[0], total[1] = total[0] + scored.errors, total[1] + scored.length
                out.write(_speakers(truth, found) if chosen.speakers else "")
            for said in found.utterances if chosen.show or not truth else ():
                out.write(f"    {said.start_ms / 1000:8.2f} {said.text}\n")
            out.flush()
    for language, (errors, length) in sorted(pooled.items()):
        out.write(f"pooled {language}: {errors / max(1, length):.4f} of {length}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
