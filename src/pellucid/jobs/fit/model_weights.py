"""The weights of a fitted model, each with the class it speaks for, per unit and per spread.

Notes: Def 49, §2.3.8
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.findings import Finding
from pellucid.formatting import number
from pellucid.jobs.fit.fit_result import Weight
from pellucid.jobs.fit.machine import Machine

Array = NDArray[Any]
MOST_PAIRED = 30  # of the largest weights, looked at two by two
TOGETHER = 0.9  # correlation from which two columns cannot be told apart
BOTH = 0.2  # of the largest weight: two that pull against each other are at least this large


def weights_of(machine: Machine, X: Array) -> tuple[tuple[Weight, ...], tuple[float, ...]]:
    """Weights by name, largest first per standard deviation of training; and the offsets.

    Parameters
    ----------
    machine : Machine
        Fitted; a model without `coef_` has no weights.
    X : ndarray, shape (n, D)
        The training rows as they reach the model.

    Notes: Def 49
    """
    if not hasattr(machine.model, "coef_"):
        return (), ()
    names: Any = None
    for step in machine.steps:
        names = step.get_feature_names_out(names)
    units = _units(machine)
    coefficients = np.atleast_2d(machine.model.coef_)
    spread = np.asarray(X).std(axis=0)
    found = [
        Weight(
            str(name),
            float(value),
            float(value * sd),
            output,
            float(value / units[name]) if name in units else None,
        )
        for output, row in zip(_outputs(machine, len(coefficients)), coefficients, strict=True)
        for name, value, sd in zip(names, row, spread, strict=True)
    ]
    found.sort(key=lambda w: -abs(w.standardized))
    return tuple(found), tuple(float(b) for b in np.atleast_1d(machine.model.intercept_))


def _outputs(machine: Machine, rows: int) -> list[str]:
    """The class that each row of weights speaks for; of two classes, the second."""
    if machine.framing.problem == "regression":
        return [""] * rows
    classes = getattr(machine.model, "classes_", None)
    if classes is None or np.ndim(classes) != 1 or isinstance(classes, list):
        classes = machine.framing.classes
    named = [str(c) for c in classes] if rows > 1 else [str(classes[-1])]
    return named if len(named) == rows else list(machine.framing.classes)


def _units(machine: Machine) -> dict[str, float]:
    """By encoded column, how much of it one unit of the column of the table is (inverted).

    Known where encoded columns reach the model as they are: a standardised number has its own
    unit, an indicator goes from no to yes.
    """
    if len(machine.steps) != 1 or not hasattr(machine.steps[0], "codes_"):
        return {}
    units: dict[str, float] = {}
    for code in machine.steps[0].codes_:
        scales = np.ravel(code.get("scale", ()))
        for at, name in enumerate(code["names"]):
            units[str(name)] = float(scales[at]) if at < len(scales) else 1.0
    return {name: unit for name, unit in units.items() if unit > 0}


def opposed(weights: Sequence[Weight], names: Sequence[str], X: Array) -> list[Finding]:
    """Large weights of columns that move together and pull against each other.

    Parameters
    ----------
    weights : sequence of Weight
        Largest first.
    names : sequence of str
        Names of the columns of X.
    X : ndarray, shape (n, D)
        Rows as they reach the model.

    Notes: Def 49, §2.6.10
    """
    place = {str(name): i for i, name in enumerate(names)}
    found: dict[tuple[str, str], str] = {}
    for output in dict.fromkeys(w.output for w in weights):
        mine = [w for w in weights if w.output == output][:MOST_PAIRED]
        mine = [w for w in mine if abs(w.standardized) >= BOTH * abs(mine[0].standardized) > 0]
        if len(mine) < 2:
            continue
        together = np.corrcoef(X[:, [place[w.name] for w in mine]], rowvar=False)
        for i, one in enumerate(mine):
            for j in range(i + 1, len(mine)):
                other, c = mine[j], float(together[i, j])
                if abs(c) >= TOGETHER and c * one.standardized * other.standardized < 0:
                    towards = f" towards {one.output!r}" if one.output else ""
                    found.setdefault(
                        (one.name, other.name),
                        f"{one.name!r} ({number(one.standardized)}) and {other.name!r} "
                        f"({number(other.standardized)}){towards} move together (correlation "
                        f"{c:.2f})",
                    )
    if not found:
        return []
    shown = list(found.values())[:3]
    more = f", and {len(found) - 3} more pairs" if len(found) > 3 else ""
    columns = tuple(dict.fromkeys(name for pair in found for name in pair))
    return [
        Finding(
            "weights that cancel",
            "note",
            f"{'; '.join(shown)}{more}, and their weights pull against each other: only what they "
            "do together is known, not what each does.",
            columns,
            "Do not read such weights one by one; leave one of the columns out to see the other.",
        )
    ]
