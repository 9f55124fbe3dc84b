"""Groups described for a person: what sets each apart, in the columns as they were written.

Notes: §6.3.9, Concept 240
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.column_units import named_with_unit
from pellucid.data.table import CODED, Column, Kind, Table
from pellucid.formatting import number

Labels = NDArray[np.intp]
SLIGHT = 0.2  # effects below this are not worth a sentence
# An effect of at least this many standard deviations (or as large a shift of a share) is …
DEGREES = ((2.0, "far "), (1.2, "much "), (0.5, ""), (SLIGHT, "slightly "))
MIDDLING = 0.5  # with means no further apart, the range of the values may tell more
FEW_OUTSIDE = 0.2  # share of the other rows within that range
WHOLE_ANGLE = np.pi  # Cohen's h from a share of 0 to a share of 1


@dataclass(frozen=True)
class Trait:
    """How one column sets a group apart from the other rows.

    Parameters
    ----------
    column : str
        Its name in the table.
    effect : float
        Numbers and dates: difference of means in pooled standard deviations (Cohen's d).
        Categories: difference of the shares of `level` as angles (Cohen's h, at most π).
    inside, outside : float or None
        Mean in the group and in the other rows, in the column's unit (days since 1970 for dates);
        for a category the two shares. None where no row has a value.
    level : str
        The category that sets the group apart; empty for numbers.
    words : str
        The same as a clause.
    between : bool
        The means are alike, but few of the other rows lie where the group does.

    Notes: Concept 240
    """

    column: str
    effect: float
    inside: float | None
    outside: float | None
    level: str
    words: str
    between: bool = False


@dataclass(frozen=True)
class GroupProfile:
    """One group: its number from 1, its rows, and its traits from the strongest down."""

    group: int
    rows: int
    share: float
    traits: tuple[Trait, ...]

    def name(self) -> str:
        """A short name made of the two strongest traits."""
        strong = [_short(t) for t in self.traits[:2] if abs(t.effect) >= 0.5]
        return ", ".join(strong)


def profiles(table: Table, columns: Sequence[str], groups: Labels) -> tuple[GroupProfile, ...]:
    """Describe groups by what sets each apart from all other rows.

    Parameters
    ----------
    table : Table
        The rows as they were read.
    columns : sequence of str
        Columns to look at.
    groups : ndarray of int, shape (n,)
        Group of each row, from 1.

    Returns
    -------
    tuple of GroupProfile
        In the order of the groups.

    Examples
    --------
    >>> t = Table((Column("mass_kg", Kind.NUMERIC, np.array([1.0, 2.0, 9.0, 10.0])),))
    >>> profiles(t, ["mass_kg"], np.array([1, 1, 2, 2]))[1].traits[0].words
    'mass far higher: 9.5 kg on average against 1.5 kg'

    Notes: Concept 240
    """
    found = []
    for group in np.unique(groups):
        inside = groups == group
        traits = [] if inside.all() else [_trait(table[name], inside) for name in columns]
        kept = [t for t in traits if t is not None and abs(t.effect) >= SLIGHT]
        kept.sort(key=lambda t: -_rank(t))
        rows = int(inside.sum())
        found.append(GroupProfile(int(group), rows, rows / len(groups), tuple(kept)))
    return tuple(found)


def _rank(trait: Trait) -> float:
    """Effects of categories on the scale of numbers: a whole turn of shares counts as 4 sd."""
    return abs(trait.effect) * (4 / WHOLE_ANGLE if trait.level else 1.0)


def _trait(column: Column, inside: NDArray[np.bool_]) -> Trait | None:
    if column.kind in CODED:
        return _trait_of_category(column, inside)
    return _trait_of_number(column, inside)


def _trait_of_number(column: Column, inside: NDArray[np.bool_]) -> Trait | None:
    values = as_numbers(column)
    there = ~np.isnan(values)
    own, rest = values[inside & there], values[~inside & there]
    if not len(own) or not len(rest):
        return None
    spread = np.sqrt((len(own) * own.var() + len(rest) * rest.var()) / (len(own) + len(rest)))
    gap = own.mean() - rest.mean()
    effect = float(gap / spread) if spread > 0 else float(np.sign(gap)) * 99.0
    if abs(effect) < MIDDLING and (between := _trait_of_range(column, own, rest)) is not None:
        return between
    name, _ = named_with_unit(column.name)
    up, down = ("later", "earlier") if column.kind is Kind.DATE else ("higher", "lower")
    one, other = amount(column, float(own.mean())), amount(column, float(rest.mean()))
    words = f"{name} {_degree(effect)}{up if gap > 0 else down}: {one} on average against {other}"
    return Trait(column.name, effect, float(own.mean()), float(rest.mean()), "", words)


def _trait_of_range(
    column: Column, values: NDArray[np.float64], rest: NDArray[np.float64]
) -> Trait | None:
    """A group whose mean is like that of the others, and whose values are not: it lies between."""
    low, high = np.quantile(values, [0.05, 0.95])
    inside, outside = (float(np.mean((v >= low) & (v <= high))) for v in (values, rest))
    if outside > FEW_OUTSIDE:
        return None
    turn = 2 * (np.arcsin(np.sqrt(inside)) - np.arcsin(np.sqrt(outside)))
    name, _ = named_with_unit(column.name)
    ends = f"{amount(column, float(low))} to {amount(column, float(high))}"
    words = f"{name} mostly from {ends}, where {share(outside)} of the other rows are"
    effect = float(turn) * 4 / WHOLE_ANGLE
    return Trait(column.name, effect, float(values.mean()), float(rest.mean()), "", words, True)


def _trait_of_category(column: Column, inside: NDArray[np.bool_]) -> Trait | None:
    levels = column.levels or ()
    own, rest = (_shares(column.values[rows], len(levels)) for rows in (inside, ~inside))
    if own is None or rest is None:
        return None
    turn = 2 * (np.arcsin(np.sqrt(own)) - np.arcsin(np.sqrt(rest)))
    # A level that is there says more than one that is not; of two alike, the more frequent.
    weight = np.where(turn > 0, turn, -0.8 * turn) + 1e-6 * own
    at = int(weight.argmax())
    if turn[at] == 0:
        return None
    name, _ = named_with_unit(column.name)
    words = _share_statement(name, levels[at], float(own[at]), float(rest[at]))
    return Trait(column.name, float(turn[at]), float(own[at]), float(rest[at]), levels[at], words)


def _shares(codes: NDArray[Any], k: int) -> NDArray[np.float64] | None:
    known = codes[codes >= 0]
    return np.bincount(known, minlength=k) / len(known) if len(known) else None


def _share_statement(name: str, level: str, inside: float, rest: float) -> str:
    if inside == 0:
        return f"{name} is never {level} ({share(rest)} elsewhere)"
    if inside == 1:
        return f"{name} is always {level} ({share(rest)} elsewhere)"
    return f"{name} is {level} in {share(inside)} of its rows ({share(rest)} elsewhere)"


def _degree(effect: float) -> str:
    return next((word for least, word in DEGREES if abs(effect) >= least), "barely ")


def _short(trait: Trait) -> str:
    name, _ = named_with_unit(trait.column)
    if trait.level:
        return trait.level if trait.effect > 0 else f"not {trait.level}"
    if trait.between:
        return f"middling {name}"
    dated = re.search(r" (later|earlier): ", trait.words)
    up, down = ("late", "early") if dated else ("high", "low")
    return f"{up if trait.effect > 0 else down} {name}"


def share(value: float) -> str:
    """A share as a person writes it; what is nearly all or nearly none is not rounded to it."""
    if value in (0.0, 1.0):
        return f"{value:.0%}"
    return "> 99%" if value > 0.99 else "< 1%" if value < 0.01 else f"{value:.0%}"


def amount(column: Column, value: float) -> str:
    """A value of a column with its unit; dates as dates."""
    if column.kind is Kind.DATE:
        stamp = np.datetime64(round(value * 86_400), "s")
        return str(stamp.astype("datetime64[D]"))
    unit = named_with_unit(column.name)[1]
    return f"{number(value, 3)}{'' if unit in ('', '%') else ' '}{unit}"


def as_numbers(column: Column) -> NDArray[np.float64]:
    """Values as floats, NaN where missing; dates as days since 1970."""
    if column.values.dtype.kind == "M":
        days = column.values.astype("datetime64[us]").astype(np.float64) / 86_400e6
        return np.asarray(np.where(column.missing, np.nan, days))
    return np.asarray(column.values, dtype=np.float64)


def spread_between_groups(table: Table, columns: Sequence[str], groups: Labels) -> dict[str, float]:
    """How much of each column the groups tell: the share of its spread that lies between them.

    For numbers it is the share of the variance; for categories the share of 1 − Σ p², the spread
    of one-hot columns. 0 tells nothing, 1 everything.

    Returns
    -------
    dict of str to float
        From the column told most to the one told least.

    Notes: Concept 240, Def 221
    """
    found = {name: _share_between(table[name], groups) for name in columns}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _share_between(column: Column, groups: Labels) -> float:
    if column.kind in CODED:
        known = column.values >= 0
        points = np.eye(len(column.levels or ()))[column.values[known]]
    else:
        values = as_numbers(column)
        known = ~np.isnan(values)
        points = values[known, None]
    if not len(points):
        return 0.0
    total = ((points - points.mean(axis=0)) ** 2).sum()
    mine = groups[known]
    within = sum(
        ((points[mine == g] - points[mine == g].mean(axis=0)) ** 2).sum() for g in np.unique(mine)
    )
    return float(1 - within / total) if total > 0 else 0.0
