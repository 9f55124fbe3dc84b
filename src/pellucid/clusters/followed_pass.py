"""One pass over the points: who is nearest to another mean than before?

For each point it is known how far the means may move before another one can be nearer: the point's
*leash*. Points still on theirs are left alone. The others meet all means in a tile, in single
precision; where the two nearest are too close to call, double precision decides, by the formula of
`k_means_loss.squared_distances`. The labels are those of the plain algorithm.

Notes: Concept 214, Concept 223
"""

from __future__ import annotations

import numba
import numpy as np

from pellucid.clusters.nearest import meet_exactly
from pellucid.clusters.tiles import MEANS, POINTS_64, product_tile
from pellucid.clusters.twofold_sums import shift_row

U = float(np.finfo(np.float32).eps) / 2  # rounding of single precision
DENSE = 4  # a panel is worked on as it stands when one in so many of its points is in question


@numba.njit(nogil=True, cache=True)
def _leashes(best, second, sizes, reach, d, sure, leash):  # type: ignore[no-untyped-def]  # pragma: no cover
    """How far means may move, and whether the nearest is nearest for certain.

    `best` and `second` are ‖μ‖² − 2x·μ, rounded. `error` bounds what rounding did to them, and
    leaves room for the rounding of the double precision formula that they stand for.
    """
    one, four = np.float32(1), np.float32(4)
    u, c = np.float32(U), np.float32(reach)
    a1, a2 = np.float32(d + 2), np.float32(2 * d + 9)
    a3, floor = np.float32(1e-8 * (d + 4)), np.float32(1e-37)
    for r in range(len(best)):
        x = sizes[r]
        whole = (x + c) * (x + c)
        error = u * (a1 * c * c + a2 * x * c + a3 * whole) + floor
        sure[r] = second[r] - best[r] > np.float32(2.01) * error
        error += four * u * whole
        near = np.sqrt(max(best[r] + x * x + error, np.float32(0))) * (one + four * u)
        far = np.sqrt(max(second[r] + x * x - error, np.float32(0))) * (one - four * u)
        leash[r] = far - near


@numba.njit(nogil=True, cache=True)
def _give(X, weights, labels, ends, moved, high, low, members, rows, index, leash, sure, count):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Give rows that are sure their label and leash; how many labels are other ones than before."""
    changed = 0
    for r in range(count):
        i, y = rows[r], index[r]
        if not sure[r]:
            continue
        end = leash[r] + moved[y]
        ends[i] = end - 4 * U * abs(end)
        before = labels[i]
        if y != before:
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
def _decide(X, packed, begin, scale, rows, count, index, leash):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Labels and leashes of rows that single precision cannot tell."""
    panel, best, second = (
        np.empty((X.shape[1], POINTS_64)),
        np.empty(POINTS_64),
        np.empty(POINTS_64),
    )
    for start in range(0, count, POINTS_64):
        some = min(POINTS_64, count - start)
        part = index[start : start + POINTS_64]
        meet_exactly(X, rows[start:], some, packed, begin, panel, best, second, part)
        for r in range(some):
            near, far = np.sqrt(best[r]) * (1 + 4 * U), np.sqrt(second[r]) * (1 - 4 * U)
            leash[start + r] = (far - near) * scale


@numba.njit(nogil=True, cache=True)
def _meet(panel, packed, begin, best, second, index):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The points of a panel against all means, in single precision."""
    best[:], second[:], index[:] = np.inf, np.inf, 0
    points, means, starts = panel.ctypes.data, packed.ctypes.data, begin.ctypes.data
    nearest, next_one, whose = best.ctypes.data, second.ctypes.data, index.ctypes.data
    d = panel.shape[0]
    for m in range(len(packed)):
        product_tile(
            points, means + m * d * MEANS * 4, starts + m * MEANS * 4, d, m * MEANS,
            nearest, next_one, whose,
        )  # fmt: skip


@numba.njit(nogil=True, cache=True)
def _gather(panels, sizes, rows, count, panel, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Lone points side by side in a panel of their own."""
    width = panels.shape[2]
    for r in range(count):
        p, s = rows[r] // width, rows[r] % width
        size[r] = sizes[rows[r]]
        for t in range(panels.shape[1]):
            panel[t, r] = panels[p, t, s]


@numba.njit(nogil=True, cache=True)
def follow(table, state, change, single, exact, first, last):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bring the labels in some panels up to date.

    Parameters
    ----------
    table : X, weights, panels, sizes, scale
        As `Points` has them.
    state : labels, ends, moved
        int32 (n,), k where there is none yet; float32 (n,), the value of `moved` at which the leash
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
    X, weights, panels, sizes, scale = table
    labels, ends, moved = state
    high, low, members = change
    packed, begin, reach = single
    width, (n, d) = panels.shape[2], X.shape
    best, second, size = np.zeros((3, width), dtype=np.float32)
    leash, sure = np.empty(3 * width, dtype=np.float32), np.ones(3 * width, dtype=np.bool_)
    always, index = np.ones(3 * width, dtype=np.bool_), np.empty(3 * width, dtype=np.int32)
    asked, lone, unclear = np.empty((3, 3 * width), dtype=np.int64)
    panel = np.zeros((d, width), dtype=np.float32)
    waiting, close, changed, met, decided = 0, 0, 0, 0, 0
    for p in range(first, last + 1):
        start, stop = p * width, min(n, (p + 1) * width)
        count = 0
        if p < last:
            for i in range(start, stop):
                asked[count] = i
                count += not moved[labels[i]] < ends[i]
        dense = count * DENSE > width
        if dense:
            for i in range(start, stop):
                asked[i - start] = i
            count = stop - start
            size[:] = sizes[start : start + width]
            _meet(panels[p], packed, begin, best, second, index[:width])
        else:
            for r in range(count):
                lone[waiting + r] = asked[r]
            waiting += count
            if waiting >= width or (p == last and waiting > 0):
                count = min(waiting, width)
                waiting -= count
                asked[:count] = lone[waiting : waiting + count]
                _gather(panels, sizes, asked, count, panel, size)
                _meet(panel, packed, begin, best, second, index[:width])
                dense = True
        if dense:
            _leashes(best, second, size, reach, d, sure, leash)
            changed += _give(
                X, weights, labels, ends, moved, high, low, members, asked, index, leash, sure,
                count,
            )  # fmt: skip
            met += count
            for r in range(count):
                unclear[close] = asked[r]
                close += not sure[r]
        if close >= POINTS_64 or p == last:
            _decide(X, exact[0], exact[1], scale, unclear, close, index, leash)
            changed += _give(
                X, weights, labels, ends, moved, high, low, members, unclear, index, leash, always,
                close,
            )  # fmt: skip
            decided, close = decided + close, 0
    return changed, met, decided
