"""Chapter 6.0-6.3.3: what k-means does, claim by claim, each with its picture.

python examples/chapter_6/k_means.py [FOLDER]
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from pellucid.clusters import ChoiceOfK, KMeans, choose_k, consistency
from pellucid.clusters.kernels.k_means_loss import k_means_loss, nearest_mean, one_cluster_loss
from pellucid.data.synthetic_groups import blobs
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.clusters import (
    clustered_points,
    clusterings,
    consistency_by_k,
    k_means_frames,
    loss_by_k,
)
from pellucid.pictures.style import axes_for, figure_of

CORNERS = [[0.0, 0.0], [8.0, 0.0], [0.0, 8.0], [8.0, 8.0], [4.0, 15.0]]
X, KIND = blobs(400, CORNERS, seed=4)


@cache
def weighed() -> ChoiceOfK:
    """Numbers of groups of the five clouds, weighed once for several claims."""
    return choose_k(X, range(2, 9), splits=8, references=19)


def replay(seed: int = 1) -> KMeans:
    return KMeans(5, init="random", n_init=1, random_state=seed, record=True).fit(X)


def unlabelled_data_reveal_groups() -> Figure:
    """Unlabelled points reveal their groups.

    6.0.1-groups-revealed
    """
    found = KMeans(5, n_init=10, random_state=0).fit(X)
    assert consistency(found.labels_, KIND) > 0.97
    return clustered_points(X, found.labels_, found.cluster_centers_, regions=True)


def the_mean_minimizes_squares() -> Figure:
    """The mean minimises the total squared distance to the points of a cluster.

    6.2.1-mean-minimizes-squares
    """
    own = X[KIND == 0]
    mean = own.mean(axis=0)
    random = np.random.default_rng(0)
    for step in random.normal(size=(200, 2)):
        # At any other place the loss is the least one plus N squared distances to the mean.
        there = one_cluster_loss(own, mean + step)
        assert np.isclose(there, one_cluster_loss(own, mean) + len(own) * (step @ step))
    return clustered_points(own, np.zeros(len(own), dtype=int), mean[None])


def the_divisor_moves_no_minimizer() -> Figure:
    """Dividing the loss by n changes its value and not where it is least.

    6.2.6-no-divisor-needed
    """
    own = X[KIND == 0][:, :1]
    places = np.linspace(-3, 3, 601)
    total = np.array([one_cluster_loss(own, np.array([p])) for p in places])
    assert total.argmin() == (total / len(own)).argmin()
    assert abs(places[total.argmin()] - own.mean()) < 0.01
    with axes_for(None) as axes:
        axes.plot(places, total / total.min(), lw=5, alpha=0.4, label="L")
        axes.plot(places, total / len(own) / (total / len(own)).min(), "--", label="L / n")
        axes.axvline(own.mean(), ls=":", label="mean of the points")
        axes.set_xlabel("place of the mean")
        axes.set_ylabel("loss, as a multiple of the least")
        axes.legend()
        return figure_of(axes)


def neither_half_step_raises_the_loss() -> Figure:
    """Moving the means never raises the loss, and neither does reassigning the points.

    6.2.9-moving-never-raises 6.2.10-reassigning-never-raises
    """
    for seed in range(20):
        steps = replay(seed).trace_["half_steps"]
        losses = [step["loss"] for step in steps]
        assert {step["what"] for step in steps} >= {"assigned", "moved"}
        assert all(later <= earlier + 1e-9 for earlier, later in pairwise(losses[1:]))
    return k_means_frames(X, replay().trace_["half_steps"])


def a_still_half_step_ends_it() -> Figure:
    """When one half-step changes nothing, neither does the other.

    6.2.11-cycle 6.2.12-local-minimum
    """
    found = replay()
    means = np.array([X[found.labels_ == j].mean(axis=0) for j in range(5)])
    assert np.allclose(means, found.cluster_centers_)  # moving the means changes nothing
    assert (nearest_mean(X, means)[0] == found.labels_).all()  # and neither does reassigning
    loss = k_means_loss(X, found.cluster_centers_, found.labels_)
    random = np.random.default_rng(0)
    for _ in range(50):  # a minimum among nearby means, labels following
        nearby = found.cluster_centers_ + 0.05 * random.normal(size=(5, 2))
        assert k_means_loss(X, nearby, nearest_mean(X, nearby)[0]) > loss
    steps = found.trace_["half_steps"]
    return k_means_frames(X, steps, (0, len(steps) - 2, len(steps) - 1))


def a_low_loss_is_no_sign_of_use() -> Figure:
    """A low loss does not make a clustering useful: more means always lower it.

    6.3-low-loss-not-useful
    """
    few, many = (KMeans(k, n_init=10, random_state=0).fit(X) for k in (5, 40))
    assert many.inertia_ < few.inertia_ / 4
    assert consistency(many.labels_, KIND) < 0.3 < 0.97 < consistency(few.labels_, KIND)
    every = KMeans(len(X), n_init=1, random_state=0).fit(X)
    assert every.inertia_ < 1e-9  # each point its own cluster: loss 0, and nothing learned
    return clusterings(
        [
            (f"k = 5, L = {few.inertia_:,.0f}", X, few.labels_, few.cluster_centers_),
            (f"k = 40, L = {many.inertia_:,.0f}", X, many.labels_, many.cluster_centers_),
        ],
        regions=True,
    )


def an_unlucky_start_splits_a_cluster() -> Figure:
    """An unlucky start splits one cluster in half and lumps two others; restarts help.

    6.3.1-unlucky-start
    """
    singles = [KMeans(5, init="random", n_init=1, random_state=s).fit(X) for s in range(40)]
    best = KMeans(5, init="random", n_init=40, random_state=0).fit(X)
    bad = max(singles, key=lambda run: run.inertia_)
    stuck = [run.inertia_ > 1.2 * best.inertia_ for run in singles]
    assert 0.1 < np.mean(stuck) < 0.9
    assert consistency(best.labels_, KIND) > 0.97 > 0.85 > consistency(bad.labels_, KIND)
    return clusterings(
        [
            (f"unlucky, L = {bad.inertia_:,.0f}", X, bad.labels_, bad.cluster_centers_),
            (f"best of 40, L = {best.inertia_:,.0f}", X, best.labels_, best.cluster_centers_),
        ],
        regions=True,
    )


def too_many_split_and_too_few_lump() -> Figure:
    """Too many means split real groups, and halves of the rows disagree where; too few lump them.

    6.3.2-too-many-too-few
    """
    found = weighed()
    assert found.k == 5
    assert not any(found.at(k).tenable for k in (6, 7, 8))
    few, right, many = (KMeans(k, n_init=10, random_state=0).fit(X) for k in (3, 5, 8))
    members = [np.flatnonzero(own == KIND) for own in range(5)]
    for own in members:  # lumped whole: nearly every true group lies inside one cluster of three
        assert np.bincount(few.labels_[own]).max() > 0.9 * len(own)
    assert min(np.bincount(many.labels_[own]).max() for own in members) < 0.7 * 80
    return clusterings(
        [
            (f"k = {len(h.cluster_centers_)}", X, h.labels_, h.cluster_centers_)
            for h in (few, right, many)
        ],
        regions=True,
    )


def the_training_loss_never_chooses() -> Figure:
    """The training loss falls with every k; consistency and valleys choose.

    6.3.2-training-loss-alone
    """
    found = weighed()
    training = [each.training for each in found.evidence]
    assert all(later < earlier for earlier, later in pairwise(training))
    assert found.k == 5
    return loss_by_k(found)


def the_use_decides_how_fine() -> Figure:
    """Two coarse groups or six fine ones: both can be defended, and the use decides.

    6.3.3-purpose-decides
    """
    centres = [[0, 0], [5, 0], [2.5, 4.5], [18, 0], [23, 0], [20.5, 4.5]]
    nested, _ = blobs(360, centres, spread=0.7, seed=2)
    found = choose_k(nested, range(2, 9), splits=8, references=19)
    assert found.k == 6
    assert 2 in found.coarser
    two, six = (KMeans(k, n_init=10, random_state=0).fit(nested) for k in (2, 6))
    return clusterings(
        [
            ("two groups", nested, two.labels_, two.cluster_centers_),
            ("or six", nested, six.labels_, six.cluster_centers_),
        ]
    )


def the_number_is_chosen_with_its_certainty() -> Figure:
    """The right number of groups gives the same groups again; others do not.

    6.3.7-consistent-real
    """
    found = weighed()
    assert found.at(5).consistency > 0.95
    noise = np.random.default_rng(0).normal(size=(400, 2))
    none = choose_k(noise, range(2, 9), splits=8, references=19)
    assert none.no_clusters
    assert max(each.consistency for each in none.evidence[1:]) < 0.8
    return consistency_by_k(found)


CLAIMS = (
    unlabelled_data_reveal_groups,
    the_mean_minimizes_squares,
    the_divisor_moves_no_minimizer,
    neither_half_step_raises_the_loss,
    a_still_half_step_ends_it,
    a_low_loss_is_no_sign_of_use,
    an_unlucky_start_splits_a_cluster,
    too_many_split_and_too_few_lump,
    the_training_loss_never_chooses,
    the_use_decides_how_fine,
    the_number_is_chosen_with_its_certainty,
)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
