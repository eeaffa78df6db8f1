"""Train the classifier of teacher moves: `python -m bench.train_moves TRAIN.csv DEV.csv`.

The columns are `text` and `label` (0 to 8), as in DialogID (MIT,
https://github.com/ai4ed/DialogID): real utterances of Chinese teachers. Writes
`processing/understanding/data/moves.bin.gz` and says how well it does on DEV.csv, which it never
sees in training. Needs scikit-learn (docs/suggestions.md).
"""

import sys
from pathlib import Path

import numpy as np

from bench.fitting import pack, sparse, telling, weighed
from bench.scoring.moves import DIALOGID_LABELS, f1_scores, labelled
from processing.understanding.features import characters
from processing.understanding.linear import read_model
from processing.understanding.moves import LONGEST, MODEL

BUCKETS = 1 << 17
HARDNESS = 0.4  # of the support vector machine (C)


def main(arguments: list[str]) -> int:
    """Train, write, score; return 0."""
    from sklearn.svm import LinearSVC

    train, dev = (labelled(Path(name)) for name in arguments)
    matrix = sparse([characters(text, LONGEST) for text, _ in train], BUCKETS)
    idf, step = telling(matrix)
    machine = LinearSVC(C=HARDNESS, tol=0.01, random_state=0)
    machine.fit(weighed(matrix, idf, step), [label for _, label in train])
    path = Path("processing/understanding/data") / MODEL
    packed = pack(DIALOGID_LABELS, machine.coef_, machine.intercept_, idf, step)
    path.write_bytes(packed)
    model = read_model(packed)
    found = [model.best(characters(text, LONGEST)) for text, _ in dev]
    scores = f1_scores([DIALOGID_LABELS[label] for _, label in dev], found)
    sys.stdout.write(
        f"{len(packed)} bytes; macro-F1 on {len(dev)}: {np.mean(list(scores.values())):.4f}\n"
    )
    sys.stdout.write("".join(f"  {label:15} {score:.3f}\n" for label, score in scores.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
