"""`pellucid minimize`: a formula bound to the columns of a table, its gradient, and the descent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import FormulaError, FramingError
from pellucid.formatting import number

if TYPE_CHECKING:
    from pellucid.data.table import Table
    from pellucid.descent import Descent, Objective

SHOWN = 8  # lines of the table of steps


@dataclass(frozen=True)
class Bound:
    """What the names of a formula stand for, and the names of θ's entries."""

    arrays: dict[str, Any]
    names: tuple[str, ...]
    left_out: int = 0


@dataclass(frozen=True)
class DescentSettings:
    """How to descend, as typed."""

    rule: str
    step_size: str | None
    steps: int
    stop: str | None
    batch: int | None
    start: str | None


def run_minimize(
    formula: str,
    data: str | None,
    *,
    wrt: str | None,
    target: str | None,
    bind: tuple[str, ...],
    given: tuple[str, ...],
    ones: bool,
    where: str | None,
    settings: DescentSettings,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Compile the formula, check its gradient, descend, and print the way."""
    from pellucid.calculus import derive
    from pellucid.calculus.codegen.objective import compile_objective

    bound = bound_to(data, target, bind, given, ones)
    parameter = _parameter(formula, wrt, bound, where)
    numbers = None if settings.start is None else _start_numbers(settings.start)
    declared, alone = where, not where and not _uses_data(bound)
    if alone and numbers is not None:
        declared = f"{parameter}: {len(numbers)}"
    objective = compile_objective(formula, parameter, bound.arrays, where=declared)
    if alone and objective.shape == (1, 1):  # f is a number, and its derivation says so too
        declared = f"{parameter}: 1"
    start, how = _start(objective, numbers)
    found = _descend(objective, start, settings)
    if picture is not None:
        _draw(found, picture)
    if as_json:
        summary = _summary(found, bound) | {"start": np.ravel(start).tolist()}
        print(json.dumps(summary, indent=2, ensure_ascii=False))
        return
    shapes = ", ".join(part for part in (_shapes(bound), declared or "") if part)
    print(_report(derive(formula, parameter, shapes), found, bound, how))


def _descend(objective: Objective, start: Any, settings: DescentSettings) -> Descent:
    from pellucid.descent import Batches, SmallGradient, Steps, minimize
    from pellucid.descent.stopping import stop_of

    rule = settings.rule
    batches = None if settings.batch is None else Batches(settings.batch)
    stop = SmallGradient(1e-8) if settings.stop is None else stop_of(settings.stop)
    if batches is not None and settings.stop is None:
        stop = Steps(settings.steps)  # a batch's gradient says little about the whole one's
    searched = rule == "gradient descent" and batches is None
    default = "line search" if searched else 0.1
    return minimize(
        objective,
        start,
        rule=rule,
        step_size=default if settings.step_size is None else _step_size(settings.step_size),
        stop=Steps(settings.steps) | stop,
        batches=batches,
    )


def _parameter(formula: str, wrt: str | None, bound: Bound, where: str | None) -> str:
    """What is to be found: theta, or the one name of the formula that stands for no data."""
    from pellucid.calculus.language.declarations import declare, symbol_name
    from pellucid.calculus.language.reading import syntax_of
    from pellucid.calculus.language.shape_inference import missing_names

    if wrt is not None:
        return symbol_name(wrt)
    shapes = declare(where)
    syntax, _ = syntax_of(formula, shapes)
    names = [*missing_names(syntax, type(shapes)()), *shapes.symbols]
    free = [n for n in dict.fromkeys(names) if n not in bound.arrays and n not in ("n", "d")]
    if "theta" in free or not free:
        return "theta"
    if len(free) > 1:
        raise FormulaError(
            f"Which of {', '.join(free)} is to be found? Name it, as in --wrt {free[0]}, and give "
            f"the others numbers, as in --set {free[1]}=1."
        )
    return free[0]


def _uses_data(bound: Bound) -> bool:
    return any(np.ndim(array) for array in bound.arrays.values())


def _start_numbers(text: str) -> list[float]:
    try:
        return [float(piece) for piece in text.replace(";", ",").split(",")]
    except ValueError:
        raise FormulaError(
            f"--start takes one number for all entries, or one an entry, such as 1,2; got {text!r}."
        ) from None


def _start(objective: Objective, numbers: list[float] | None) -> tuple[Any, str]:
    """Where the descent begins, and how that was chosen."""
    shape = objective.shape
    if numbers is not None:
        entries = int(np.prod(shape))
        if len(numbers) not in (1, entries):
            raise FormulaError(
                f"--start has {len(numbers)} numbers; the parameter has {entries} entries."
            )
        return np.resize(np.array(numbers), shape).astype(float), "as given"
    rng = np.random.default_rng(0)
    starts = {
        "zeros": np.zeros(shape),
        "away from zeros, where J has no value or no slope": np.resize([1.5, -1.2, 0.8], shape),
        "random positive numbers, since elsewhere J has no value or no slope": rng.uniform(
            0.2, 2.0, size=shape
        ),
        "random numbers": rng.normal(size=shape),
    }
    for how, start in starts.items():
        if _shows_something(objective, start):
            return start, how
    return starts["zeros"] * 0.0, "zeros; no start was found where J has a value and a slope"


def _shows_something(objective: Objective, start: Any) -> bool:
    with np.errstate(all="ignore"):
        value, slope = float(objective.value(start)), objective.gradient_at(start)
    return bool(np.isfinite(value) and np.isfinite(slope).all() and np.abs(slope).max() > 1e-10)


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
    arrays: dict[str, Any] = dict(_set_number(entry) for entry in given)
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


def _set_number(entry: str) -> tuple[str, float]:
    symbol, _, value = entry.partition("=")
    try:
        return symbol.strip(), float(value)
    except ValueError:
        raise FormulaError(f"--set takes NAME=NUMBER, such as lam=0.1; got {entry!r}.") from None


def _step_size(spoken: str) -> Any:
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


def _report(derivation: Any, descent: Descent, bound: Bound, how: str) -> str:
    from pellucid.calculus.render.names import pretty_name

    parameter = pretty_name(str(derivation.derivative.by.detail))
    lines = [str(derivation), "", str(descent.explain()), f"Start: {how}.", "", _steps(descent)]
    lines += ["", parameter]
    unused = [n for n in bound.arrays if n not in derivation.declared.symbols]
    if unused:
        lines.insert(1, f"Given, but not in the formula: {', '.join(unused)}.")
    names = bound.names or tuple(f"{parameter}[{i}]" for i in range(np.size(descent.theta)))
    entries = np.ravel(descent.theta)
    if len(names) != len(entries):
        names = tuple(f"{parameter}[{i}]" for i in range(len(entries)))
    width = max(map(len, names), default=0)
    lines += [f"  {n:<{width}}  {number(float(v), 6)}" for n, v in zip(names, entries, strict=True)]
    if bound.left_out:
        lines.append(f"{bound.left_out:,} row(s) with a missing value were left out.")
    return "\n".join(lines)


def _steps(descent: Descent) -> str:
    """J and ‖∇J‖ at a few steps, evenly spaced on a logarithmic scale."""
    last = len(descent.times) - 1
    at = np.unique(np.geomspace(1, last + 1, SHOWN).round().astype(int) - 1) if last else [0]
    rows = [f"{'t':>8}  {'J':>14}  {'‖∇J‖':>10}"]
    rows += [
        f"{descent.times[i]:>8,}  {number(float(descent.values[i]), 7):>14}  "
        f"{number(float(descent.gradient_norms[i])):>10}"
        for i in at
    ]
    return "\n".join(rows)


def _summary(descent: Descent, bound: Bound) -> dict[str, Any]:
    entries = [float(v) for v in np.ravel(descent.theta)]
    return {
        "objective": descent.objective,
        "verdict": descent.verdict,
        "reason": descent.reason,
        "steps": descent.steps,
        "value": descent.value,
        "gradient_norm": descent.gradient_norm,
        "theta": dict(zip(bound.names, entries, strict=True))
        if len(bound.names) == len(entries)
        else entries,
        "values": descent.values.tolist(),
        "rows_left_out": bound.left_out,
    }


def _draw(descent: Descent, path: Path) -> None:
    from pellucid.pictures.descent import descent_curves
    from pellucid.pictures.style import to_svg
    from pellucid.storage import write_whole

    label = "J and the length of its gradient along the steps"
    drawn = to_svg(descent_curves([descent]), label)
    write_whole(path, drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))
