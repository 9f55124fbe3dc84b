"""One pass over the points: who is nearest to another mean than before?

For each point it is known how far the means may move before another one can be nearer: the point's
*slack*. Points still on theirs are left alone. The others meet all means in a tile, in single
precision; where the two nearest are too close to call, double precision decides, by the formula of
`k_means_loss.squared_distances`. The labels are those of the plain algorithm.

Notes: Concept 214, Concept 223
"""

from __future__ import annotations

import numba
import numpy as np

from pellucid.clusters.kernels.compensated_sums import shift_row
from pellucid.clusters.kernels.distance_kernel import MEANS, POINTS_64, product_tile
from pellucid.clusters.kernels.nearest import nearest_in_double_precision

U = float(np.finfo(np.float32).eps) / 2  # rounding of single precision
# Nanoseconds, roughly, by which it is chosen whether to gather the points in question or to take a
# panel as it stands: to copy a number, to multiply one, to settle a point.
COPY, MULTIPLY, SETTLE = 1.5, 0.01, 4.0


@numba.njit(nogil=True, cache=True)
def _bounds(best, second, sizes, reach, d, sure, slack):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How far means may move, and whether the nearest is nearest for certain.

    `best` and `second` are ‖μ‖² − 2x·μ, rounded. `error` bounds what rounding did to them, and
    leaves room for the rounding of the double precision formula that they stand for.
    """
    one, four = np.float32(1), np.float32(4)
    u, c = np.float32(U), np.float32(reach)
    a1, a2 = np.float32(d + 2), np.float32(2 * d + 9)
    a3, floor = np.float32(1e-8 * (d + 4)), np.float32(1e-37)
    for r in range(len(sizes)):
        x = sizes[r]
        whole = (x + c) * (x + c)
        error = u * (a1 * c * c + a2 * x * c + a3 * whole) + floor
        sure[r] = second[r] - best[r] > np.float32(2.01) * error
        error += four * u * whole
        near = np.sqrt(max(best[r] + x * x + error, np.float32(0))) * (one + four * u)
        far = np.sqrt(max(second[r] + x * x - error, np.float32(0))) * (one - four * u)
        slack[r] = far - near


@numba.njit(nogil=True, cache=True)
def _relabel(X, weights, labels, high, low, members, rows, index, sure, count):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Give rows that are sure their label; how many have another one than before."""
    changed = 0
    for r in range(count):
        i, y = rows[r], index[r]
        before = labels[i]
        if y == before or not sure[r]:
            continue
        weight = weights[i] if len(weights) else 1.0
        shift_row(high, low, y, X, i, weight)
        members[y] += 1
        if before < len(members):  # it had a label
            shift_row(high, low, before, X, i, -weight)
            members[before] -= 1
        labels[i] = y
        changed += 1
    return changed


@numba.njit(nogil=True, cache=True)
def _bound_end(ends, moved, rows, index, slack, count):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Where the slack of each row ends."""
    for r in range(count):
        end = slack[r] + moved[index[r]]
        ends[rows[r]] = end - 4 * U * abs(end)


@numba.njit(nogil=True, cache=True)
def _bound_ends(ends, labels, moved, start, stop, index, slack, sure):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The same for rows one after the other; how many want another label, or are not sure."""
    wanting = 0
    for i in range(start, stop):
        r = i - start
        end = slack[r] + moved[index[r]]
        ends[i] = end - 4 * U * abs(end)
        wanting += (index[r] != labels[i]) | (not sure[r])
    return wanting


@numba.njit(nogil=True, cache=True)
def _decide(X, packed, initial, scale, rows, count, index, slack):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Labels and slacks of rows that single precision cannot tell."""
    panel = np.empty((X.shape[1], POINTS_64))
    best, second = np.empty(POINTS_64), np.empty(POINTS_64)
    for start in range(0, count, POINTS_64):
        some = min(POINTS_64, count - start)
        part = index[start : start + POINTS_64]
        nearest_in_double_precision(
            X, rows[start:], some, packed, initial, panel, best, second, part
        )
        for r in range(some):
            near, far = np.sqrt(best[r]) * (1 + 4 * U), np.sqrt(second[r]) * (1 - 4 * U)
            slack[start + r] = (far - near) * scale


@numba.njit(nogil=True, cache=True)
def _compare_panels(panels, packed, initial, best, second, index):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The points of some panels against all means, in single precision."""
    count, d, width = panels.shape
    points, means, starts = panels.ctypes.data, packed.ctypes.data, initial.ctypes.data
    nearest, next_one, whose = best.ctypes.data, second.ctypes.data, index.ctypes.data
    for r in range(count * width):
        best[r], second[r], index[r] = np.inf, np.inf, 0
    for p in range(count):
        at = 4 * p * width
        for m in range(len(packed)):
            product_tile(
                points + at * d, means + 4 * m * d * MEANS, starts + 4 * m * MEANS, d, m * MEANS,
                nearest + at, next_one + at, whose + at,
            )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def _gather(X, centre, scale, sizes, rows, count, panels, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Lone points side by side in panels of their own."""
    width = panels.shape[2]
    for r in range(count):
        i, p, s = rows[r], r // width, r % width
        size[r] = sizes[i]
        for t in range(X.shape[1]):
            panels[p, t, s] = np.float32((X[i, t] - centre[t]) * scale)


@numba.njit(nogil=True, cache=True)
def update_labels(table, state, change, single, exact, first, last):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bring the labels in some panels up to date.

    Parameters
    ----------
    table : X, weights, panels, sizes, centre, scale
        As `Points` has them.
    state : labels, ends, moved
        int32 (n,), k where there is none yet; float32 (n,), the value of `moved` at which the slack
        of a row ends; (k + 1,), how far each label's mean and the others have moved, together.
    change : high, low, members
        By which the sums, in two parts, and the numbers of rows change: (k, d + 1) twice, (k,).
    single, exact : the means
        Packed for the two tiles; with the length of the longest, centred and scaled.
    first, last : int
        Panels.

    Returns
    -------
    changed, met, close : int
        Rows of another label, rows that met all means, rows decided in double precision.
    """
    X, weights, panels, sizes, centre, scale = table
    labels, ends, moved = state
    high, low, members = change
    packed, initial, reach = single
    width, (n, d) = panels.shape[2], X.shape
    some = max(1, min(16, 512 // d))  # panels at a time
    many = some * width
    # An array each: rows of one array would pass for scattered, and kernels be compiled for both.
    at_most = many + 2 * POINTS_64
    best, second = np.zeros(at_most, dtype=np.float32), np.zeros(at_most, dtype=np.float32)
    size, slack = np.zeros(at_most, dtype=np.float32), np.zeros(at_most, dtype=np.float32)
    sure, always = np.ones(at_most, dtype=np.bool_), np.ones(at_most, dtype=np.bool_)
    index = np.zeros(at_most, dtype=np.int32)
    rows = np.empty(2 * many + POINTS_64, dtype=np.int64)
    lone, unclear = np.empty_like(rows), np.empty_like(rows)
    gathered = np.zeros((some, d, width), dtype=np.float32)
    work = len(packed) * MEANS * d * MULTIPLY + SETTLE
    dense = work / (d * COPY + work)
    # Not literals: a function that is called with a count would be compiled for 0 alone too.
    waiting, close, changed, met, decided = np.zeros(5, dtype=np.int64)
    for p in range(first, last + some, some):  # the last turn is for what still waits
        q = min(p + some, last)
        start, stop = min(p * width, n), min(q * width, n)
        start = min(start, stop)
        asked = waiting
        for i in range(start, stop):
            lone[asked] = i
            asked += not moved[labels[i]] < ends[i]
        count = wanting = np.int64(0)
        if asked - waiting > dense * (stop - start):
            count = stop - start
            _compare_panels(panels[p:q], packed, initial, best, second, index)
            _bounds(best, second, sizes[start:stop], reach, d, sure, slack)
            wanting = _bound_ends(ends, labels, moved, start, stop, index, slack, sure)
            for r in range(count if wanting else 0):
                rows[r] = start + r
        else:
            waiting = asked
            if waiting >= many or (p >= last and waiting > 0):
                count = wanting = min(waiting, many)
                waiting -= count
                for r in range(count):
                    rows[r] = lone[waiting + r]
                _gather(X, centre, scale, sizes, rows, count, gathered, size)
                filled = gathered[: -(-count // width)]
                _compare_panels(filled, packed, initial, best, second, index)
                _bounds(best, second, size[:count], reach, d, sure, slack)
                _bound_end(ends, moved, rows, index, slack, count)
        met += count
        if wanting:
            changed += _relabel(X, weights, labels, high, low, members, rows, index, sure, count)
            for r in range(count):
                unclear[close] = rows[r]
                close += not sure[r]
        if close >= POINTS_64 or (p >= last and close > 0):
            _decide(X, exact[0], exact[1], scale, unclear, close, index, slack)
            _bound_end(ends, moved, unclear, index, slack, close)
            changed += _relabel(
                X, weights, labels, high, low, members, unclear, index, always, close
            )
            decided, close = decided + close, np.int64(0)
    return changed, met, decided
