"""Leaks planted in real tables, alarms without one, and how many rows lie in their intervals.

Run by hand: `python benchmarks/leaks.py [--coverage]`, on the tables that nothing was tuned on. An
alarm on a table without a planted leak is printed: real tables may hold real ones.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from pellucid import Settings, fit_table, read_table
from pellucid.data import frame as framing_of
from pellucid.evaluation.leaks.leak_findings import find_leaks
from tables import is_regression
from untuned_tables import UNTUNED

Draw = np.random.Generator
Planted = dict[str, Any]


def of_amounts(y: np.ndarray, rng: Draw) -> dict[str, Planted]:
    """The columns of each kind of leak, by kind."""
    part = rng.normal(y.mean(), y.std(), len(y))
    bands = np.unique(np.quantile(y, [0.2, 0.4, 0.6, 0.8]))
    return {
        "logarithm": {"leak": np.log(y - y.min() + 1)},
        "cube": {"leak": (y / np.abs(y).max()) ** 3},
        "copy with noise": {"leak": y + rng.normal(0, 0.005 * y.std(), len(y))},
        "sum": {"u": part, "v": y - part},
        "mean": {"u": part, "v": 2 * y - part},
        "difference": {"u": y + part, "v": part},
        "bands of the target": {"leak": np.array(list("tqmzb"))[np.digitize(y, bands)]},
    }


def of_classes(y: np.ndarray, rng: Draw) -> dict[str, Planted]:
    """The columns of each kind of leak, by kind."""
    at = np.unique(y, return_inverse=True)[1]
    first = at == 0
    return {
        "above 0 for one class": {"leak": np.where(first, rng.integers(1, 60, len(y)), 0)},
        "number behind the classes": {"leak": at + rng.uniform(0.01, 0.99, len(y))},
        "code of the class": {"leak": [f"{'QXWKZ'[a % 5]}{a}{rng.integers(8)}" for a in at]},
        "filled in for one class": {"leak": np.where(first, rng.normal(30, 5, len(y)), np.nan)},
    }


def named(table: pd.DataFrame, target: str) -> list[set[str]]:
    read = read_table(table)
    return [{*finding.columns} for finding in find_leaks(read, framing_of(read, target))]


def leaks() -> None:
    kinds: Counter[str] = Counter()
    found: Counter[str] = Counter()
    alarmed = []
    for number, source in enumerate(UNTUNED):
        table, target = source.frame(), source.target
        table = table[table[target].notna()].reset_index(drop=True)
        before = named(table, target)
        if before:
            alarmed.append(f"{source.name} ({'; '.join(', '.join(sorted(c)) for c in before)})")
        y = table[target].to_numpy()
        plants: Callable[[np.ndarray, Draw], dict[str, Planted]]
        plants = of_amounts if is_regression(table, target) else of_classes
        y = y.astype(float) if plants is of_amounts else y.astype(str)
        for kind, columns in plants(y, np.random.default_rng(number)).items():
            if "one class" in kind and len(np.unique(y)) > 2:
                continue  # it tells one of several classes: a strong column, no leak of all
            kinds[kind] += 1
            guilty = {*columns}
            if any(guilty <= each for each in named(table.assign(**columns), target)):
                found[kind] += 1
            else:
                print(f"missed: {kind} in {source.name}", flush=True)
    print(f"alarms without a planted leak: {len(alarmed)} of {len(UNTUNED)} tables: {alarmed}")
    for kind, count in kinds.items():
        print(f"{kind:28} named in {found[kind]} of {count}")


def coverage() -> None:
    inside = rows = 0.0
    for source in UNTUNED:
        table = source.frame()
        if not is_regression(table, source.target):
            continue
        result = fit_table(read_table(table), Settings(source.target))
        if result.insight is None or result.insight.coverage is None:
            continue
        inside += result.insight.coverage * len(result.targets)
        rows += len(result.targets)
        print(
            f"{source.name:20} {result.insight.coverage:.1%} of {len(result.targets)}", flush=True
        )
    print(f"pooled: {inside / rows:.2%} of {rows:,.0f} test rows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--coverage", action="store_true")
    warnings.simplefilter("ignore")
    coverage() if parser.parse_args().coverage else leaks()


if __name__ == "__main__":
    main()
