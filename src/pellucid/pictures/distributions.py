"""Pictures of chances and of what mistakes cost: samples of a distribution, losses of a guess.

Notes: Def 9, Def 12, Def 15
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from pellucid.data.distributions import Distribution
from pellucid.formatting import number
from pellucid.losses import LOSSES, asymmetric
from pellucid.pictures.style import BLUE, GREY, INK, ORANGE, SERIES, side_by_side

DASHES = ("-", "--", "-.")


def sample_histograms(distribution: Distribution, sizes: Sequence[int], seed: int = 0) -> Figure:
    """The histogram of samples of several sizes, beside the distribution that they are drawn from.

    Parameters
    ----------
    distribution : Distribution
    sizes : sequence of int
        Draws, one picture each.
    seed : int
        Seed of the draws.

    Notes: Def 9, Def 12
    """
    outcomes, at = list(distribution.probabilities), np.arange(len(distribution.probabilities))
    chances = list(distribution.probabilities.values())
    with side_by_side(len(sizes)) as (figure, axes):
        for ax, n in zip(axes, sizes, strict=True):
            drawn = distribution.draw(n, seed).tolist()
            shares = [drawn.count(outcome) / n for outcome in outcomes]
            ax.bar(at, shares, color=BLUE, alpha=0.55, label="share of the draws")
            ax.step(
                np.append(at - 0.5, at[-1] + 0.5), [*chances, chances[-1]], where="post",
                color=ORANGE, lw=2, label="probability",
            )  # fmt: skip
            ax.set_xticks(at, [str(outcome) for outcome in outcomes])
            ax.set_ylim(0, 2 * max(chances))
            ax.set_title(f"{n:,} draws")
            ax.set_xlabel("outcome")
        axes[0].set_ylabel("share")
        axes[0].legend(fontsize=9)
        return figure


def loss_by_error(costs: Sequence[tuple[float, float]], reach: float = 3.0) -> Figure:
    """The losses against g − a: of numbers as curves, of two classes as what each mistake costs.

    Parameters
    ----------
    costs : sequence of (cost of a miss, cost of a false alarm)
        Of the asymmetric loss, one picture each; a miss is g = 0 where a = 1.
    reach : float
        Half of the width shown of the losses of numbers.

    Notes: Def 15, §1.3.2
    """
    miss = np.linspace(-reach, reach, 301)
    with side_by_side(1 + len(costs)) as (figure, axes):
        for name, style, colour in zip(("square", "absolute"), DASHES, SERIES, strict=False):
            values = LOSSES[name](miss, np.zeros_like(miss))
            axes[0].plot(miss, values, style, color=colour, lw=2, label=name)
        for side in (miss[miss < 0], miss[miss > 0]):
            values = LOSSES["zero-one"](side, np.zeros_like(side))
            axes[0].plot(side, values, ":", color=INK, lw=2)
        axes[0].plot([], [], ":", color=INK, lw=2, label="0-1")
        axes[0].plot(0, LOSSES["zero-one"]([0.0], [0.0])[0], "o", color=INK, markersize=4)
        axes[0].set_title("of numbers")
        axes[0].set_ylabel("loss")
        axes[0].legend(fontsize=9, loc="upper center")
        top = max(max(pair) for pair in costs)
        for ax, (missed, alarm) in zip(axes[1:], costs, strict=True):
            loss = asymmetric({(0, 1): missed, (1, 0): alarm})
            guess, truth = np.array([0, 1, 1]), np.array([1, 1, 0])
            values = loss(guess, truth)
            bars = ax.bar(guess - truth, values, width=0.5, color=[ORANGE, GREY, BLUE], alpha=0.7)
            ax.bar_label(bars, [number(float(v)) for v in values], color=INK)
            ax.set_xticks([-1, 0, 1], ["−1\nmissed", "0\nright", "1\nfalse alarm"])
            ax.set_ylim(0, 1.12 * top)
            ax.set_title(f"costs {number(missed)} and {number(alarm)}")
        for ax in axes:
            ax.set_xlabel("g − a")
        return figure
