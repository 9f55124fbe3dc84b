"""Monomials: which there are up to an order, their values, and exact translation of coefficients.

Notes: Def 184, Def 187, Def 188, eq 5.13
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

Exponents = NDArray[np.int64]
Steps = NDArray[np.int64]
Array = NDArray[np.float64]


def monomial_count(d: int, order: int, terms: str = "all") -> int:
    """How many monomials of d inputs there are up to an order: C(d + k, k).

    Parameters
    ----------
    d, order : int
        Inputs and highest total degree k.
    terms : {"all", "interactions", "axes"}
        Without squares there are Σ C(d, j) for j ≤ k; of single inputs, 1 + kd.

    Examples
    --------
    >>> monomial_count(2, 3), monomial_count(2, 3, "interactions"), monomial_count(2, 3, "axes")
    (10, 4, 7)

    Notes: eq 5.13
    """
    if terms == "axes":
        return 1 + order * d
    if terms == "interactions":
        return sum(comb(d, j) for j in range(min(order, d) + 1))
    return comb(d + order, order)


def exponents(d: int, order: int, *, terms: str = "all", by_degree: bool = True) -> Exponents:
    """Exponent of each input in each monomial, one row a monomial, the constant first.

    Parameters
    ----------
    d, order : int
        Inputs and highest total degree.
    terms : {"all", "interactions", "axes"}
        All monomials, those without a square, or powers of single inputs.
    by_degree : bool
        By total degree (1, x₁ … x_d, x₁², x₁x₂, …); else the exponent of x₁ runs fastest.

    Returns
    -------
    ndarray of int, shape (m, d)

    Examples
    --------
    >>> exponents(2, 2, by_degree=False).tolist()
    [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [0, 2]]

    Notes: Def 187, eq 5.10, eq 5.11
    """
    choose = combinations if terms == "interactions" else combinations_with_replacement
    table = np.zeros((monomial_count(d, order, terms), d), dtype=np.int64)
    row = 0
    for degree in range(order + 1):
        if terms == "axes" and degree > 1:
            table[row : row + d] = degree * np.eye(d, dtype=np.int64)
            row += d
            continue
        for chosen in choose(range(d), degree):
            for variable in chosen:
                table[row, variable] += 1
            row += 1
    return table if by_degree else table[np.lexsort(table.T)]


def recipe(table: Exponents) -> Steps:
    """How the monomials are made of one another, as few products of runs of columns as possible.

    Parameters
    ----------
    table : ndarray of int, shape (m, d)
        Exponents; with a monomial, each that divides it stands there too (the constant may not).

    Returns
    -------
    ndarray of int, shape (r, 4)
        A line (start, stop, v, source) makes columns start … stop − 1: input v times the columns
        from `source` on. Where source is −1 the column is input v itself, and where v is −1 it is
        the constant 1. Lines stand by degree, and no line reads what it writes itself.

    Examples
    --------
    >>> recipe(exponents(2, 2)).tolist()
    [[0, 1, -1, -1], [1, 2, 0, -1], [2, 3, 1, -1], [3, 5, 0, 1], [5, 6, 1, 2]]

    Notes: Def 184, Def 188
    """
    place = {tuple(row): i for i, row in enumerate(table.tolist())}
    runs: list[list[int]] = []
    for j in np.argsort(table.sum(axis=1), kind="stable").tolist():
        row = table[j].tolist()
        v = next((v for v, e in enumerate(row) if e), -1)
        lower = tuple(e - (u == v) for u, e in enumerate(row))
        source = place[lower] if any(lower) else -1
        last = runs[-1] if runs else [0, 0, 0, -1]
        goes_on = last[1:3] == [j, v] and source == last[3] + j - last[0]
        if goes_on and last[3] >= 0 and source < last[0]:
            last[1] = j + 1
        else:
            runs.append([j, j + 1, v, source])
    return np.array(runs, dtype=np.int64).reshape(-1, 4)


def monomial_values(X: NDArray[Any], table: Exponents) -> NDArray[Any]:
    """Each monomial at each row: n×m. A monomial is a lower one times one input.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Of any floating type, which the values keep.
    table : ndarray of int, shape (m, d)
        As `recipe` takes it.

    Notes: Def 184, Def 188
    """
    out = np.empty((len(X), len(table)), dtype=X.dtype)
    for start, stop, v, source in recipe(table).tolist():
        if v < 0:
            out[:, start] = 1.0
        elif source < 0:
            out[:, start] = X[:, v]
        else:
            out[:, start:stop] = X[:, [v]] * out[:, source : source + stop - start]
    return out


def uncentered_coefficients(
    coefficients: Array, table: Exponents, centre: Array, half: Array
) -> dict[tuple[int, ...], float]:
    """Coefficients of powers of x, from those of powers of z = (x − centre)/half.

    Exact rational arithmetic: each result is rounded once.

    Parameters
    ----------
    coefficients : ndarray, shape (m,)
        Of the monomials of z.
    table : ndarray, shape (m, d)
        Their exponents.
    centre, half : ndarray, shape (d,)

    Returns
    -------
    dict of exponents to float

    Notes: Def 187
    """
    total: dict[tuple[int, ...], Fraction] = {}
    powers = [
        _powers(Fraction(float(c)), Fraction(float(h)), int(table[:, v].max(initial=0)))
        for v, (c, h) in enumerate(zip(centre, half, strict=True))
    ]
    for coefficient, row in zip(coefficients, table.tolist(), strict=True):
        terms: dict[tuple[int, ...], Fraction] = {(): Fraction(float(coefficient))}
        for v, e in enumerate(row):
            terms = {
                (*key, p): value * share
                for key, value in terms.items()
                for p, share in enumerate(powers[v][e])
            }
        for key, value in terms.items():
            total[key] = total.get(key, Fraction(0)) + value
    return {key: float(value) for key, value in total.items()}


def _powers(centre: Fraction, half: Fraction, degree: int) -> list[list[Fraction]]:
    """((x − c)/h)^e as coefficients of x⁰ … x^e, for e = 0 … degree."""
    return [
        [comb(e, p) * (-centre) ** (e - p) / half**e for p in range(e + 1)]
        for e in range(degree + 1)
    ]
