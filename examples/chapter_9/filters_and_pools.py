"""Chapter 9.1-9.2, 9.4: filters and pools by themselves, claim by claim, each with its picture.

python examples/chapter_9/filters_and_pools.py [FOLDER]
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import jax
import numpy as np
from matplotlib.figure import Figure

from pellucid.networks import Convolution, MaxBlurPool, MaxPool, Mode
from pellucid.networks.layers.filtering import coverage, filtered, match_score
from pellucid.networks.linear_collapse import compose_filters
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.convolution import (
    output_lengths,
    pool_gradient,
    pooling_over_one,
    sliding_filter,
)
from pellucid.pictures.images import images
from pellucid.pictures.training import agreement

HERE = Mode()
CROSS = np.array([[-1.0, 1, -1], [1, 1, 1], [-1, 1, -1]])
UPRIGHT = np.tile([-1.0, 1.0, -1.0], (3, 1))  # a vertical line of three, bright on either side


def correlated(image: Any, bank: Any, offset: Any = 0.0, padding: int = 0) -> Any:
    """Maps of one image, h×w×c, by a bank of filters (size)×c×m; the filler is bright, −1."""
    image, bank = np.asarray(image, np.float32), np.asarray(bank, np.float32)
    layer = Convolution(bank.shape[-1], bank.shape[:-2], padding=padding, fill=-1.0)
    params = {"W": bank, "W0": np.broadcast_to(np.float32(offset), bank.shape[-1:])}
    return np.asarray(layer.forward(params, image[None], HERE)[0])[0]


def relu(z: Any) -> Any:
    return np.maximum(z, 0)


def bounded_brightness_stops_fakes() -> Figure:
    """Brightness within bounds stops sheer magnitude from faking a match.

    9.1.3-bounded-brightness
    """
    random = np.random.default_rng(0)
    windows = random.uniform(-1, 1, (2000, 3, 3))
    scores = np.array([match_score(each, CROSS) for each in windows])
    best = match_score(CROSS, CROSS)
    assert scores.max() < best  # within the bounds nothing scores as the pattern itself
    poor = windows[np.argmin(np.abs(scores - 1.5))]
    glaring = 20 * poor
    assert match_score(glaring, CROSS) > best  # without bounds a poor likeness outdoes it
    shown = [CROSS, poor, glaring]
    return images(shown, [f"score {match_score(each, CROSS):.1f}" for each in shown], shared=True)


def the_score_peaks_at_the_pattern() -> Figure:
    """The output of a filter is largest where its pattern lies.

    9.1.4-peak-at-pattern
    """
    random = np.random.default_rng(0)
    f = np.array([1.0, -1.0, 1.0])
    for _ in range(100):
        x, at = np.full(10, -1.0), int(random.integers(0, 8))
        x[at : at + 3] = f
        assert int(np.argmax(filtered(signal=x, filter=f))) == at
    return sliding_filter([1, 1, -1, -1, -1, 1, -1, 1, 1, 1], f)


def shapes() -> Any:
    """Two hollow squares among other things; dark is +1."""
    image = np.full((18, 22), -1.0)

    def dark(rows: slice, columns: slice) -> None:
        image[rows, columns] = 1

    for r, c in ((2, 2), (11, 14)):  # hollow squares
        dark(slice(r, r + 5), slice(c, c + 5))
        image[r + 1 : r + 4, c + 1 : c + 4] = -1
    dark(slice(2, 7), slice(9, 14))  # a full one
    dark(slice(2, 7), slice(16, 17))  # a line
    dark(slice(11, 12), slice(2, 7))  # a cup: three sides
    dark(slice(11, 16), slice(2, 3))
    dark(slice(11, 16), slice(6, 7))
    dark(slice(13, 14), slice(8, 13))  # a plus
    dark(slice(11, 16), slice(10, 11))
    return image


def lines(image: Any) -> Any:
    """Two maps: where vertical lines of three stand, and where horizontal ones lie."""
    bank = np.stack([UPRIGHT, UPRIGHT.T], axis=-1)[:, :, None]
    return relu(correlated(image[..., None], bank, offset=-8.0, padding=1))


def squares(maps: Any) -> Any:
    """One map from the two: left and right a vertical line, above and below a horizontal one."""
    tensor = np.zeros((5, 5, 2, 1))
    tensor[2, [0, 4], 0] = tensor[[0, 4], 2, 1] = 1
    return relu(correlated(maps, tensor, offset=-3.5))[..., 0]


def hollow_squares_alone_are_found() -> Figure:
    """Line detectors and one filter over both their channels find hollow squares, nothing else.

    9.1.12-hollow-squares
    """
    image = shapes()
    maps = lines(image)
    found = squares(maps)
    assert np.argwhere(found > 0).tolist() == [[2, 2], [11, 14]]
    titles = ["image", "vertical lines", "horizontal lines", "squares, at their corner"]
    return images([image, maps[..., 0], maps[..., 1], found], titles, size=2.1)


def layers_build_larger_patterns() -> Figure:
    """Lines make squares, and squares make towers: each layer combines what the last one found.

    9.2.1-larger-patterns
    """
    image = np.full((26, 24), -1.0)
    for r, c in ((2, 2), (8, 2), (14, 9), (20, 9), (3, 16)):  # two towers and a square by itself
        image[r : r + 5, c : c + 5] = 1
        image[r + 1 : r + 4, c + 1 : c + 4] = -1
    first = lines(image)
    second = squares(first)
    above = np.zeros((7, 1, 1, 1))
    above[[0, 6]] = 1  # a square, and another six rows below
    third = relu(correlated(second[..., None], above, offset=-0.75))[..., 0]
    assert len(np.argwhere(second > 0)) == 5
    assert np.argwhere(third > 0).tolist() == [[2, 2], [14, 9]]
    return images(
        [image, first.sum(axis=-1), second, third],
        ["image", "lines", "squares", "towers"], size=2.1,
    )  # fmt: skip


def two_convolutions_without_relu_are_one() -> Figure:
    """Two convolutions with nothing between them equal one; with a ReLU between they do not.

    9.1.14-collapse-without-relu
    """
    first, second = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    one = compose_filters(first, second)
    assert one.tolist() == [3.0, 10.0, 8.0]
    x = np.random.default_rng(0).normal(size=12)

    def over(x: Any, f: Any) -> Any:
        return correlated(x[:, None], f[:, None, None])[:, 0]

    np.testing.assert_allclose(over(over(x, first), second), over(x, one), atol=1e-5)
    bent = over(relu(over(x, first)), second)
    # No filter of three gives that: the best one leaves much of it over.
    views = np.lib.stride_tricks.sliding_window_view(x, 3)
    fitted = views @ np.linalg.lstsq(views, bent, rcond=None)[0]
    assert np.abs(fitted - bent).max() > 0.3
    return sliding_filter([1, 0, 2, -1, 1, 3, -2, 0], one)


def a_larger_offset_marks_more() -> Figure:
    """The larger the offset, the more positions count as matches.

    9.1.16-offset-sensitivity
    """
    image = np.random.default_rng(0).choice([-1.0, 1.0], (14, 14))
    offsets = (-6.0, -3.0, 0.0, 3.0)
    marks = [correlated(image[..., None], CROSS[:, :, None, None], b)[..., 0] > 0 for b in offsets]
    for fewer, more in pairwise(marks):
        assert (more | ~fewer).all()  # nothing is lost
        assert more.sum() > fewer.sum()
    titles = ["image", *(f"b = {b:g}: {m.sum()}" for b, m in zip(offsets, marks, strict=True))]
    return images([image, *marks], titles)


def edges_are_seen_less() -> Figure:
    """Near the edge fewer windows see a pixel: 1, 2, 3, 2, 1 of a 3×3 filter on 5×5.

    9.1.18-edges-imperfect
    """
    layer = Convolution(1, 3, offset=False)
    params = {"W": np.ones((3, 3, 1, 1), np.float32)}
    _, backward = layer.forward(params, np.zeros((1, 5, 5, 1), np.float32), HERE)
    seen = np.asarray(backward(np.ones((1, 3, 3, 1), np.float32))[0])[0, ..., 0]
    profile = np.array([1, 2, 3, 2, 1])
    assert (seen == np.outer(profile, profile)).all()
    assert (seen == coverage((5, 5), 3)).all()
    inside, edge = np.full((7, 7), -1.0), np.full((7, 7), -1.0)
    inside[2:5, 2:5], edge[2:5, 5:] = CROSS, CROSS[:, :2]  # the second is cut off by the edge
    best = [
        correlated(each[..., None], CROSS[:, :, None, None], padding=1).max()
        for each in (inside, edge)
    ]
    assert best[0] == 9 > best[1]
    titles = ["windows that see a pixel", f"inside: {best[0]:g}", f"at the edge: {best[1]:g}"]
    return images([seen, inside, edge], titles, size=2.1)


def forms_of_the_size_agree() -> Figure:
    """⌈(n − (k−1) + 2p)/s⌉, ⌊(n − k + 2p)/s + 1⌋ and the windows counted are the same number.

    9.1.21-forms-agree
    """
    for n in range(1, 20):
        for k in range(1, 8):
            for p in range(4):
                for s in range(1, 6):
                    if n + 2 * p >= k:
                        counted = len(range(0, n + 2 * p - k + 1, s))
                        assert (
                            counted == ceil((n - (k - 1) + 2 * p) / s) == (n - k + 2 * p) // s + 1
                        )
    assert Convolution(4, 3, stride=2, padding=1).shapes((13, 13, 2))[1] == (7, 7, 4)
    return output_lengths()


def pooling_forgets_where() -> Figure:
    """Pooling keeps that something was found, not where; small corruptions change little.

    9.2.1-position-blurred
    """
    fields = []
    for r in range(2):
        for c in range(2):
            field = np.zeros((4, 4), np.float32)
            field[r, c] = 1
            fields.append(field)
    pooled = [
        np.asarray(MaxPool(2).forward({}, f[None, ..., None], HERE)[0])[0, ..., 0] for f in fields
    ]
    assert all((each == pooled[0]).all() for each in pooled)
    dirty = fields[0] + np.random.default_rng(0).uniform(0, 0.2, (4, 4)).astype(np.float32)
    soiled = np.asarray(MaxPool(2).forward({}, dirty[None, ..., None], HERE)[0])[0, ..., 0]
    assert np.abs(soiled - pooled[0]).max() < 0.2
    titles = [*("found" for _ in fields), "pooled, each of them"]
    return images([*fields, pooled[0]], titles, columns=5)


def only_the_largest_counts() -> Figure:
    """Max-pool does not feel entries that are not the largest: 999 or 2 beside 1000.

    9.2.2-insensitive
    """
    A = np.array(
        [[1, 3, -9, -22], [44, -10, -11, -1], [0, 10, 4, -3], [11, 9, 321, 99.0]], np.float32
    )
    y, backward = MaxPool(2).forward({}, A[None, ..., None], HERE)
    assert np.asarray(y)[0, ..., 0].tolist() == [[44, -1], [11, 321]]
    won = np.asarray(backward(np.ones_like(y))[0])[0, ..., 0]
    other = np.where(won > 0, A, A - 1000)
    assert (np.asarray(MaxPool(2).forward({}, other[None, ..., None], HERE)[0]) == y).all()
    beside = [MaxPool(2).forward({}, np.float32([[[1000], [b]]]), HERE)[0].item() for b in (999, 2)]
    assert beside == [1000, 1000]
    return pool_gradient(A)


def a_stride_beyond_the_field_skips() -> Figure:
    """With s > k some inputs never reach the output.

    9.2.3-skipped-input
    """
    shown, titles = [], []
    for k, s in ((2, 2), (2, 3)):
        reached = np.zeros((8, 8))
        for seed in range(40):  # whoever can be the largest is, some time
            x = np.random.default_rng(seed).random((1, 8, 8, 1)).astype(np.float32)
            y, backward = MaxPool(k, s).forward({}, x, HERE)
            reached += np.asarray(backward(np.ones_like(y))[0])[0, ..., 0]
        shown.append(reached > 0)
        titles.append(f"k = {k}, s = {s}: {reached.astype(bool).sum()} of 64")
    assert shown[0].all()
    assert not shown[1][2::3].any()
    assert not shown[1][:, 2::3].any()
    return images(shown, titles, numbers=False, size=2.2)


def a_stride_breaks_invariance() -> Figure:
    """A strided max-pool changes when the input moves by one pixel; blur-pooling changes less.

    9.2.6-shift-changes
    """
    random = np.random.default_rng(0)
    x = (random.random((200, 16, 16, 1)) > 0.93).astype(np.float32)
    moved = np.roll(x, 1, axis=2)

    def change(pool: Any) -> float:
        one, other = (np.asarray(pool.forward({}, each, HERE)[0]) for each in (x, moved))
        return float(((one - other) ** 2).sum() / (one**2).sum())

    strided, blurred = change(MaxPool(2)), change(MaxBlurPool(2))
    assert blurred < 0.6 * strided
    lone = np.zeros((1, 4, 8, 1), np.float32)
    lone[0, 1, [1, 2]] = 1  # two pooled pixels, but one after the move
    shifted = np.roll(lone, 1, axis=2)
    pools = [MaxPool(2), MaxBlurPool(2)]
    pooled = [pool.forward({}, each, HERE)[0] for pool in pools for each in (lone, shifted)]
    assert [int(np.asarray(each).sum()) for each in pooled[:2]] == [2, 1]
    shown = [lone, shifted, *map(np.asarray, pooled)]
    titles = ["image", "moved by one", "max-pool", "of the moved", "blur-pool", "of the moved"]
    assert strided > 0.3
    return images([each[0] for each in shown], titles, columns=2, size=2.2)


def gradients_equal_differences() -> Figure:
    """Gradients of a convolution by filter, offset and input equal small differences.

    9.4.5-differences-agree
    """
    random = np.random.default_rng(0)
    layer = Convolution(2, (3, 2), stride=(2, 1), padding=1)
    x, dz = random.normal(size=(2, 5, 4, 2)), random.normal(size=(2, 3, 5, 2))
    params = {"W": random.normal(size=(3, 2, 2, 2)), "W0": random.normal(size=2)}
    with jax.enable_x64(True):
        z, backward = layer.forward(params, x, HERE)
        assert z.shape == dz.shape
        dx, own = backward(dz)
        loss = jax.jit(lambda given: (layer.forward(given, given["x"], HERE)[0] * dz).sum())
        given = {**params, "x": x}
        found, expected = [], []
        for name, slope in (("W", own["W"]), ("W0", own["W0"]), ("x", dx)):
            for at in np.ndindex(given[name].shape):
                step = np.zeros_like(given[name])
                step[at] = 1e-6
                up, down = ({**given, name: given[name] + sign * step} for sign in (1, -1))
                expected.append(float(loss(up) - loss(down)) / 2e-6)
                found.append(float(slope[at]))
    np.testing.assert_allclose(found, expected, atol=1e-7)
    return agreement(found, expected, "central differences", "∂L/∂W, ∂L/∂W₀ and ∂L/∂x")


def max_pool_is_a_shifted_relu() -> Figure:
    """Over one entry max-pool is M + ReLU(a − M), its derivative a step at the runner-up M.

    9.4.7-step-at-runner-up
    """
    others = np.array([1.0, 3.0, 2.0], np.float32)
    for a in (-1.0, 2.9, 3.1, 7.0):
        field = np.append(others, np.float32(a))[None, :, None]
        y, backward = MaxPool(4).forward({}, field, HERE)
        M = others.max()
        np.testing.assert_allclose(y.item(), M + max(0.0, a - M), rtol=1e-6)
        assert np.asarray(backward(np.ones_like(y))[0])[0, 3, 0] == float(a > M)
    return pooling_over_one(others.tolist())


CLAIMS = (
    bounded_brightness_stops_fakes,
    the_score_peaks_at_the_pattern,
    hollow_squares_alone_are_found,
    two_convolutions_without_relu_are_one,
    a_larger_offset_marks_more,
    edges_are_seen_less,
    forms_of_the_size_agree,
    layers_build_larger_patterns,
    pooling_forgets_where,
    only_the_largest_counts,
    a_stride_beyond_the_field_skips,
    a_stride_breaks_invariance,
    gradients_equal_differences,
    max_pool_is_a_shifted_relu,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
