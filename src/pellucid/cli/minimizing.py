"""`pellucid minimize`: a formula bound to the columns of a table, its gradient, and the descent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import FormulaError, FramingError
from pellucid.wording import number

if TYPE_CHECKING:
    from pellucid.data.table import Table
    from pellucid.descent import Descent

SHOWN = 8  # lines of the table of steps


@dataclass(frozen=True)
class Bound:
    """What the names of a formula stand for, and the names of θ's entries."""

    arrays: dict[str, Any]
    names: tuple[str, ...]
    left_out: int = 0


def run_minimize(
    formula: str,
    data: str | None,
    *,
    wrt: str,
    target: str | None,
    bind: tuple[str, ...],
    given: tuple[str, ...],
    ones: bool,
    rule: str,
    step_size: str | None,
    steps: int,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Compile the formula, check its gradient, descend, and print the way."""
    from pellucid.calculus import derive
    from pellucid.calculus.codegen.objective import compile_objective
    from pellucid.descent import SmallGradient, Steps, minimize

    bound = bound_to(data, target, bind, given, ones)
    objective = compile_objective(formula, wrt, bound.arrays)
    found = minimize(
        objective,
        np.zeros(objective.shape),
        rule=rule,
        step_size=_step_size(step_size, rule),
        stop=Steps(steps) | SmallGradient(1e-8),
    )
    if picture is not None:
        _draw(found, picture)
    if as_json:
        print(json.dumps(_summary(found, bound), indent=2, ensure_ascii=False))
        return
    print(_told(derive(formula, wrt, _shapes(bound)), found, bound))


def bound_to(
    data: str | None,
    target: str | None,
    bind: tuple[str, ...],
    given: tuple[str, ...],
    ones: bool,
) -> Bound:
    """Arrays by name, in the formula's layout: points are columns.

    Raises
    ------
    FormulaError
        When a binding cannot be read.
    FramingError
        When no row has a value in all the columns that are used.
    """
    arrays: dict[str, Any] = dict(_number(entry) for entry in given)
    if data is None:
        return Bound(arrays, ())
    from pellucid.data import read_table

    table = read_table(data)
    chosen = dict(_columns(entry) for entry in bind)
    if target is not None:
        chosen.setdefault("y", (target,))
        rest = tuple(name for name in table.names if name != target)
        chosen.setdefault("X", rest)
    if not chosen:
        raise FormulaError(
            "Say what the names stand for: --target COLUMN makes it y and the others X, or --bind "
            "X=a,b --bind y=c."
        )
    return _encoded(table, chosen, arrays, ones)


def _encoded(
    table: Table, chosen: Mapping[str, tuple[str, ...]], arrays: dict[str, Any], ones: bool
) -> Bound:
    from pellucid.data import Kind, TableEncoder

    wanted = {name for names in chosen.values() for name in names}
    there = ~np.any([table[name].missing for name in wanted], axis=0)
    if not there.any():
        raise FramingError("No row has a value in every column that is used.")
    kept = table.take(np.flatnonzero(there))
    names: tuple[str, ...] = ()
    for symbol, columns in chosen.items():
        if len(columns) == 1 and kept[columns[0]].kind is Kind.NUMERIC and symbol != "X":
            arrays[symbol] = kept[columns[0]].values
            continue
        if len(columns) == 1 and kept[columns[0]].kind is Kind.BINARY:
            arrays[symbol] = (kept[columns[0]].values == 1).astype(float)
            continue
        encoder = TableEncoder().fit(kept.select(columns))
        rows = encoder.transform(kept.select(columns)).T
        named = tuple(str(name) for name in encoder.get_feature_names_out())
        if ones and symbol == "X":
            rows, named = np.vstack([np.ones(rows.shape[1]), rows]), ("1", *named)
        arrays[symbol] = rows
        names = named if symbol == "X" or not names else names
    return Bound(arrays, names, int(len(there) - there.sum()))


def _columns(entry: str) -> tuple[str, tuple[str, ...]]:
    symbol, equals, columns = entry.partition("=")
    if not equals or not symbol.strip() or not columns.strip():
        raise FormulaError(f"--bind takes NAME=COLUMN,COLUMN, such as X=a,b; got {entry!r}.")
    return symbol.strip(), tuple(name.strip() for name in columns.split(","))


def _number(entry: str) -> tuple[str, float]:
    symbol, _, value = entry.partition("=")
    try:
        return symbol.strip(), float(value)
    except ValueError:
        raise FormulaError(f"--set takes NAME=NUMBER, such as lam=0.1; got {entry!r}.") from None


def _step_size(spoken: str | None, rule: str) -> Any:
    if spoken is None:
        return "line search" if rule == "gradient descent" else 0.1
    try:
        return float(spoken)
    except ValueError:
        return spoken


def _shapes(bound: Bound) -> str:
    """Symbolic shapes of what is bound: d inputs, n points."""
    found = []
    for name, array in bound.arrays.items():
        shape = np.shape(array)
        if len(shape) == 2:
            found.append(f"{name}: d×n")
        elif len(shape) == 1:
            found.append(f"{name}: n×1")
    return ", ".join(found)


def _told(derivation: Any, found: Descent, bound: Bound) -> str:
    lines = [str(derivation), "", str(found.explain()), "", _steps(found), "", "θ"]
    names = bound.names or tuple(f"θ[{i}]" for i in range(np.size(found.theta)))
    entries = np.ravel(found.theta)
    if len(names) != len(entries):
        names = tuple(f"θ[{i}]" for i in range(len(entries)))
    width = max(map(len, names), default=0)
    lines += [f"  {n:<{width}}  {number(float(v), 6)}" for n, v in zip(names, entries, strict=True)]
    if bound.left_out:
        lines.append(f"{bound.left_out:,} row(s) with a missing value were left out.")
    return "\n".join(lines)


def _steps(found: Descent) -> str:
    """J and ‖∇J‖ at a few steps, evenly spaced on a logarithmic scale."""
    last = len(found.times) - 1
    at = np.unique(np.geomspace(1, last + 1, SHOWN).round().astype(int) - 1) if last else [0]
    rows = [f"{'t':>8}  {'J':>14}  {'‖∇J‖':>10}"]
    rows += [
        f"{found.times[i]:>8,}  {number(float(found.values[i]), 7):>14}  "
        f"{number(float(found.gradient_norms[i])):>10}"
        for i in at
    ]
    return "\n".join(rows)


def _summary(found: Descent, bound: Bound) -> dict[str, Any]:
    entries = [float(v) for v in np.ravel(found.theta)]
    return {
        "objective": found.objective,
        "verdict": found.verdict,
        "reason": found.reason,
        "steps": found.steps,
        "value": found.value,
        "gradient_norm": found.gradient_norm,
        "theta": dict(zip(bound.names, entries, strict=True))
        if len(bound.names) == len(entries)
        else entries,
        "values": found.values.tolist(),
        "rows_left_out": bound.left_out,
    }


def _draw(found: Descent, path: Path) -> None:
    from pellucid.pictures.descent import descent_curves
    from pellucid.pictures.style import to_svg
    from pellucid.storage import write_whole

    label = "J and the length of its gradient along the steps"
    drawn = to_svg(descent_curves([found]), label)
    write_whole(path, drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))
