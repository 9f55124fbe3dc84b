"""The code `circle`: whole numbers that go round, such as hours, weekdays and months.

A value is an angle, and its sine and cosine are its code: the last value lies beside the first.
Waves that go round twice, three times, … tell finer differences; with all of them a circle tells
as much as one-hot, and with one it is smooth.

Notes: Concept 192, Def 194, §5.3
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.scaling import moments, standardize
from pellucid.data.table import Column
from pellucid.errors import HyperparameterError

Floats = NDArray[np.float64]
Learned = dict[str, Any]
Given = tuple[str, ...]


@dataclass(frozen=True)
class Cycle:
    """Something that goes round: its period, and how many waves tell it.

    `names` is a pattern of the words that column names have for it; values are whole, from
    `lowest` to `lowest` + period − 1 for one of `first_values`.
    """

    what: str
    names: str
    period: int
    waves: int
    first_values: tuple[int, ...]


CYCLES = (
    Cycle("hours of a day", r"hour|hours|hr|hrs|hh|hourofday|stunde|heure", 24, 3, (0, 1)),
    Cycle("months of a year", r"month|months|mon|mnth|mth|monat|mois", 12, 2, (0, 1)),
    Cycle("days of a week", r"weekday|dow|wday|dayofweek|wochentag", 7, 3, (0, 1)),
    Cycle("seasons of a year", r"season|seasons|saison", 4, 2, (0, 1)),
    Cycle("minutes of an hour", r"minute|minutes|minuteofhour", 60, 2, (0,)),
    Cycle("days of a year", r"yday|dayofyear|doy", 366, 2, (1,)),
    Cycle("weeks of a year", r"week|weekofyear|isoweek", 53, 2, (1,)),
)
FEWEST = 3  # different values, below which nothing goes round
SPANNED = 0.75  # of the period that the values have to span: 1 to 5 of 60 minutes are amounts


def cycle_of(name: str, values: Floats) -> Cycle | None:
    """What goes round in a column, by its name and its values; None where nothing does.

    Examples
    --------
    >>> cycle_of("hr", np.arange(24.0)).period
    24
    >>> cycle_of("hours_worked", np.arange(24.0)), cycle_of("month", np.array([3.0, 40.0, 7.0]))
    (None, None)

    Notes: Def 194
    """
    named = _cycles_named(name)
    if not named:
        return None
    met = np.unique(values[~np.isnan(values)])
    if len(met) < FEWEST or (met != np.round(met)).any():
        return None
    for cycle in named:
        span = met[-1] - met[0] + 1
        inside = any(low <= met[0] and met[-1] < low + cycle.period for low in cycle.first_values)
        if inside and span >= SPANNED * cycle.period:
            return cycle
    return None


@lru_cache(10_000)  # each fold of a wide table asks for each of its columns
def _cycles_named(name: str) -> tuple[Cycle, ...]:
    plain = re.sub(r"[\s_.-]+", "", name.lower()).removesuffix("of")
    return tuple(cycle for cycle in CYCLES if re.fullmatch(cycle.names, plain))


def default_waves(cycle: Cycle) -> Given:
    """What stands after the colon for a cycle.

    Notes: Def 194
    """
    return str(cycle.period), str(cycle.waves)


def reason_of(cycle: Cycle) -> str:
    """Why a column is a circle.

    Notes: Def 194
    """
    return (
        f"By its name and range these are {cycle.what}: they go round every {cycle.period}, so "
        "each is a point on a circle and the last lies beside the first. An amount would put them "
        f"furthest apart; {cycle.waves} wave(s) tell the differences. As an amount: standardize; "
        "each by itself: one-hot."
    )


def learn_circle(column: Column, weights: Floats, fields: Given) -> Learned:
    """Period and waves as given; mean and deviation of each sine and cosine.

    Raises
    ------
    HyperparameterError
        When no period is given and none shows, or what is given is none.

    Notes: Def 194, Def 207
    """
    period, waves = _period(column, fields)
    points = _points(np.asarray(column.values, dtype=np.float64), period, waves)
    missing = bool((np.isnan(points[:, 0]) & (weights > 0)).any())
    mean, scale = moments(points, weights)
    names = [f"{column.name}: {_wave(h, part)}" for h, part in wave_parts(period, waves)]
    return {
        "names": [*names, *([f"{column.name} is missing"] if missing else [])],
        "period": period,
        "waves": waves,
        "mean": mean,
        "scale": scale,
        "missing": missing,
        "lowest": _lowest(column, weights),
        "statement": f"a circle of {period:g}, {waves} wave(s)",
    }


def _lowest(column: Column, weights: Floats) -> float:
    """Where the turn begins that decoded values are in: the largest multiple ≤ all, or 0 or 1."""
    values = np.asarray(column.values)[(weights > 0) & ~column.missing]
    return float(np.floor(values.min())) if len(values) else 0.0


def _period(column: Column, fields: Given) -> tuple[float, int]:
    if not fields:
        cycle = cycle_of(column.name, np.asarray(column.values, dtype=np.float64))
        if cycle is None:
            raise HyperparameterError(
                f"circle of {column.name!r}: its name and values show no period. Say it, as "
                "circle:24 for hours."
            )
        return float(cycle.period), cycle.waves
    try:
        period, waves = float(fields[0]), int(fields[1]) if len(fields) > 1 else 1
        if len(fields) > 2 or not np.isfinite(period) or period <= 0 or not 1 <= waves <= 12:
            raise ValueError
    except ValueError:
        raise HyperparameterError(
            f"circle of {column.name!r}: say the period and, if you like, 1 to 12 waves, as "
            f"circle:24 or circle:24,3; got {','.join(fields)!r}."
        ) from None
    return period, waves


def wave_parts(period: float, waves: int) -> list[tuple[int, str]]:
    """Waves and parts; of whole values, those beyond half the period repeat the slower ones.

    Examples
    --------
    >>> wave_parts(24.0, 1)
    [(1, 'sine'), (1, 'cosine')]

    Notes: Def 194
    """
    found = []
    for wave in range(1, waves + 1):
        if 2 * wave > period > 2:
            break
        found += [(wave, "cosine")] if 2 * wave == period else [(wave, "sine"), (wave, "cosine")]
    return found


def _wave(wave: int, part: str) -> str:
    return part if wave == 1 else f"{part}, {wave} times round"


def circle_points(values: Floats, code: Learned) -> Floats:
    """Sines and cosines of each value, not standardised; NaN where it is missing.

    Notes: Def 194
    """
    return _points(values, code["period"], int(code["waves"]))


def _points(values: Floats, period: float, waves: int) -> Floats:
    finite = np.where(np.isfinite(values), values, np.nan)
    turn = 2 * np.pi * np.mod(finite, period) / period
    return np.column_stack(
        [(np.sin if part == "sine" else np.cos)(h * turn) for h, part in wave_parts(period, waves)]
    )


def encode_circle(code: Learned, column: Column) -> Floats:
    """The sines and cosines, standardised; a missing value stands at their means.

    Notes: Def 207
    """
    points = circle_points(np.asarray(column.values, dtype=np.float64), code)
    block = standardize(points, code["mean"], code["scale"])
    if not code["missing"]:
        return block
    return np.column_stack([block, np.isnan(points[:, 0]).astype(np.float64)])


def decode_circle(code: Learned, block: Floats) -> Floats:
    """The value of the first wave's angle, in the turn that begins at the lowest value met.

    Notes: Def 194
    """
    k = len(code["mean"])
    points = block[:, :k] * code["scale"] + code["mean"]
    sine = points[:, 0] if k > 1 else np.zeros(len(points))
    cosine = points[:, 1] if k > 1 else points[:, 0]
    period, lowest = code["period"], code["lowest"]
    value = np.arctan2(sine, cosine) * period / (2 * np.pi)
    value = np.round(value, 9)
    value = lowest + np.mod(value - lowest, period)
    if code["missing"]:
        value = np.where(block[:, -1] > 0.5, np.nan, value)
    return np.asarray(value)
