"""Monomials: which there are up to an order, their values, and exact translation of coefficients.

Notes: Def 184, Def 187, Def 188, eq 5.13
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb

import numpy as np
from numpy.typing import NDArray

Exponents = NDArray[np.int64]
Array = NDArray[np.float64]


def count(d: int, order: int) -> int:
    """How many monomials of d inputs there are up to an order: C(d + k, k).

    Notes: eq 5.13
    """
    return comb(d + order, order)


def exponents(d: int, order: int, *, by_degree: bool = True) -> Exponents:
    """Exponent of each input in each monomial, one row a monomial, the constant first.

    Parameters
    ----------
    d, order : int
        Inputs and highest total degree.
    by_degree : bool
        By total degree (1, x₁ … x_d, x₁², x₁x₂, …); else the exponent of x₁ runs fastest.

    Returns
    -------
    ndarray of int, shape (C(d + k, k), d)

    Examples
    --------
    >>> exponents(2, 2, by_degree=False).tolist()
    [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [0, 2]]

    Notes: Def 187, eq 5.10, eq 5.11
    """
    rows = []
    for degree in range(order + 1):
        for chosen in combinations_with_replacement(range(d), degree):
            row = [0] * d
            for variable in chosen:
                row[variable] += 1
            rows.append(row)
    table = np.array(rows, dtype=np.int64).reshape(len(rows), d)
    return table if by_degree else table[np.lexsort(table.T)]


def values(X: Array, table: Exponents) -> Array:
    """Each monomial at each row: n×m. A monomial is a lower one times one input.

    Notes: Def 184, Def 188
    """
    place = {tuple(row): i for i, row in enumerate(table.tolist())}
    out = np.empty((len(X), len(table)), dtype=X.dtype, order="F")
    for i in np.argsort(table.sum(axis=1), kind="stable"):
        row = table[i].tolist()
        last = max((v for v, e in enumerate(row) if e), default=None)
        if last is None:
            out[:, i] = 1.0
            continue
        lower = tuple(e - (v == last) for v, e in enumerate(row))
        if lower in place and place[lower] != i:
            np.multiply(out[:, place[lower]], X[:, last], out=out[:, i])
        else:
            out[:, i] = np.prod(X ** table[i], axis=1)
    return out


def translated(
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


def _powers(centre: Fraction, half: Fraction, most: int) -> list[list[Fraction]]:
    """((x − c)/h)^e as coefficients of x⁰ … x^e, for e = 0 … most."""
    return [
        [comb(e, p) * (-centre) ** (e - p) / half**e for p in range(e + 1)] for e in range(most + 1)
    ]
