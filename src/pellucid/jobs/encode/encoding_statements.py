"""What is said of an encoding: the answer, what each number of a code says, what to be wary of.

Notes: Clar 354, Concept 357, Concept 362, §8.3
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.findings import Finding
from pellucid.formatting import number
from pellucid.jobs.encode.encoding_result import ColumnReconstruction, OutlierRow

Array = NDArray[np.float64]
MOST_ODD = 10
ODD = 3.0  # times the median loss, from which on a row is reported
WEAK = 0.3  # correlation below which a column is not named


def headline(
    kind: str,
    k: int,
    d: int,
    overall: ColumnReconstruction,
    squares: ColumnReconstruction,
    linear: ColumnReconstruction,
    model: str,
) -> str:
    """The answer in a sentence."""
    rows = "image" if kind == "images" else "row"
    article = "an" if kind == "images" else "a"
    numbers = "1 number" if k == 1 else f"{k} numbers"
    told = (
        f"{numbers} {article} {rows} instead of {d} keep {max(overall.share, 0.0):.0%} of what "
        f"tells {rows}s apart, measured on {rows}s never used"
    )
    if model == "linear":
        return f"{told}; this is the best linear code."
    better = "more than" if squares.share > linear.share else "no more than"
    return (
        f"{told}. In squared error it keeps {squares.share:.0%}, {better} the best linear code of "
        f"that length ({linear.share:.0%})."
    )


def columns_of_code(codes: Array, X: Array, names: list[str]) -> tuple[str, ...]:
    """For each number of the code, the columns that rise and fall with it.

    Notes: Concept 362
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        A = (codes - codes.mean(axis=0)) / codes.std(axis=0)
        B = (X - X.mean(axis=0)) / X.std(axis=0)
    r = np.nan_to_num(A.T @ B / len(X))
    told = []
    for own in r:
        heavy = [j for j in np.argsort(-np.abs(own), kind="stable")[:4] if abs(own[j]) >= WEAK]
        words = ", ".join(f"{names[j]} ({own[j]:+.2f})".replace("-", "−") for j in heavy)
        told.append(words or "no column goes with it in a straight line")
    return tuple(told)


def outlier_rows(
    column_losses: Array, blocks: dict[str, list[int]], identifiers: dict[str, Any]
) -> tuple[OutlierRow, ...]:
    """Rows reconstructed worst: unlike the others, or wrong in the table.

    Notes: Concept 357
    """
    losses = column_losses.sum(axis=1)
    usual = float(np.median(losses)) or float(np.finfo(float).tiny)
    found = []
    for row in np.argsort(-losses, kind="stable")[:MOST_ODD]:
        times = float(losses[row]) / usual
        if times < ODD:
            break
        shares = {
            name: float(column_losses[row, block].sum() / losses[row])
            for name, block in blocks.items()
        }
        heavy = sorted(shares, key=lambda name: -shares[name])[:2]
        because = ", ".join(f"{name} {shares[name]:.0%}" for name in heavy if shares[name] > 0.1)
        marks = [str(values[row]) for values in identifiers.values() if values[row] is not None]
        found.append(OutlierRow(int(row) + 1, ", ".join(marks), float(losses[row]), times, because))
    return tuple(found)


def trained(model: Any) -> str:
    """How a network was trained, in a sentence; "" for what is no network.

    Notes: Def 333
    """
    if not hasattr(model, "network_"):
        return ""
    loss, held = model.trace_["loss"], model.trace_["validation_loss"]
    told = f"{model.parameter_count_:,} parameters, trained for " + (
        f"all of {model.epochs:,} epochs"
        if model.n_iter_ == model.epochs
        else f"{model.n_iter_:,} epochs, until {model.trace_['stopped']}"
    )
    told += f"; loss of a training row {number(loss[0])} → {number(loss[-1])}"
    if not held:
        return f"{told}."
    return f"{told}, of rows held out for stopping {number(min(held))} after epoch " + (
        f"{model.best_epoch_}, whose weights are kept."
    )


def still_learning(model: Any) -> bool:
    """Whether training ended with its epochs, while the held-out loss was lowest at the last.

    Notes: Def 333
    """
    if not hasattr(model, "network_") or not model.trace_["validation_loss"]:
        return False
    return bool(model.best_epoch_ == model.n_iter_ == model.epochs)


def findings(
    model: Any,
    missing: dict[str, int],
    overall: ColumnReconstruction,
    squares: ColumnReconstruction,
    linear: ColumnReconstruction,
) -> tuple[Finding, ...]:
    """What to be wary of."""
    found = []
    if squares.share <= linear.share and hasattr(model, "network_"):
        found.append(
            Finding(
                "no better than linear",
                "note",
                f"In squared error the network keeps {squares.share:.1%}, the best linear code of "
                f"the same length {linear.share:.1%}.",
                (),
                "Take --model linear: it is simpler, and its axes can be read.",
            )
        )
    if still_learning(model):
        done = int(model.n_iter_)
        found.append(
            Finding(
                "still learning",
                "note",
                f"All {done:,} epochs were done, and the loss on rows held out was lowest after the"
                f" last. To train longer: --epochs {2 * done}.",
            )
        )
    if overall.share < 0.2:
        found.append(
            Finding(
                "little is kept",
                "caution",
                f"The code keeps {max(overall.share, 0):.0%} of what tells rows apart: near codes "
                "need not mean like rows.",
                (),
                "Take a longer code.",
            )
        )
    holes = {name: count for name, count in missing.items() if count}
    if holes:
        said = ", ".join(f"{name} ({count:,})" for name, count in holes.items())
        found.append(
            Finding(
                "missing values",
                "note",
                f"A missing value stands at the mean, and that it is missing is encoded too: "
                f"{said}.",
                tuple(holes),
            )
        )
    found += [Finding("fit", "caution", said) for said in getattr(model, "warnings_", [])]
    return tuple(found)
