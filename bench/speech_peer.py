"""Recognises the same recordings in turn with Guanke and with faster-whisper's own loop.

usage: python -m bench.speech_peer RECORDING… [--rounds 3] [--threads 1]

The peer is `WhisperModel.transcribe` as it comes (sequential, beam 5, temperature fallback), with
the same weights in the same process. CPU seconds; models, word lists and the first run of both are
warm. Prints the ratio of each round's pair, its median, and what each got right.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.scoring.speech import score
from bench.speech_eval import to_pcm, truth_of
from lessons import Transcript, Utterance
from processing.speech_model import ModelFiles, find_model
from processing.steps.homophones import mend
from processing.steps.transcribe import Recogniser, transcribe

Run = Callable[[Path, str | None], Transcript]


def peer(model: ModelFiles, threads: int) -> Run:
    """Return faster-whisper's own way, as a function of a wav file and its language."""
    from faster_whisper import WhisperModel

    loaded: Any = WhisperModel(
        str(model.folder), device="cpu", compute_type="int8", cpu_threads=threads
    )

    def run(pcm: Path, language: str | None) -> Transcript:
        found, info = loaded.transcribe(str(pcm), beam_size=5, language=language)
        said = tuple(
            Utterance(start_ms=round(s.start * 1000), end_ms=round(s.end * 1000), text=s.text)
            for s in found
        )
        return Transcript(language=info.language, utterances=said, made_by="faster-whisper")

    return run


def ours(model: ModelFiles, threads: int) -> Run:
    """Return Guanke's way, as a function of a wav file and its language."""
    recogniser = Recogniser(model, threads)
    mend("好")  # reads the word lists
    return lambda pcm, language: transcribe(pcm, recogniser=recogniser, language=language)


def measured(run: Run, pcm: Path, language: str | None) -> tuple[float, Transcript]:
    """Return the CPU seconds of `run`, all threads, and what it found."""
    began = time.process_time()
    found = run(pcm, language)
    return time.process_time() - began, found


def compare(file: Path, ways: dict[str, Run], rounds: int, scratch: Path) -> list[float]:
    """Print a line for each way on `file`; return the CPU ratio of each round."""
    pcm = to_pcm(file, scratch)
    if pcm is None:
        return []
    truth = truth_of(file)
    language = truth[0] if truth else None
    ratios = []
    for _ in range(rounds):
        cost = {name: measured(run, pcm, language) for name, run in ways.items()}
        ratios.append(cost["guanke"][0] / cost["peer"][0])
    for name, (seconds, found) in cost.items():
        line = f"| {file.name} | {name} | {seconds:.1f} "
        if truth:
            scored = score(truth[1], found, truth[0])
            line += f"| {scored.error_rate:.3f} | {scored.start_error_ms:.0f} | {scored.loops} "
        sys.stdout.write(f"{line}|\n")
    sys.stdout.write(f"ratio {median(ratios):.2f} of {[round(ratio, 2) for ratio in ratios]}\n")
    sys.stdout.flush()
    return ratios


def main() -> int:
    """Compare on every recording; print the median ratio over all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = Path(os.environ.get("GUANKE_MODEL_CACHE", scratch))
        model = find_model(os.environ.get("GUANKE_MODEL"), cache)
        ways = {"guanke": ours(model, chosen.threads), "peer": peer(model, chosen.threads)}
        sys.stdout.write("| recording | way | CPU s | CER/WER | start ms | loops |\n")
        ratios = [
            ratio
            for file in chosen.recordings
            for ratio in compare(file, ways, chosen.rounds, Path(scratch))
        ]
    if ratios:
        sys.stdout.write(f"median ratio {median(ratios):.2f} over {len(ratios)} pairs\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
