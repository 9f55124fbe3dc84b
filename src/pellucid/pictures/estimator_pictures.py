"""The one picture of a fitted estimator or of a result, chosen by what it is.

Notes: §1.0.7
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import FramingError
from pellucid.glass_box import GlassBox
from pellucid.pictures import clusters, codes, descent, evaluation, training
from pellucid.pictures.evaluation import shorten_name
from pellucid.pictures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SERIES,
    axes_for,
    figure_of,
    legend_above,
    plain_numbers,
    side_by_side,
    to_svg,
)

Drawable = Callable[[Any], Figure]
MOST_BARS, MOST_CURVES, MOST_LEVELS = 20, 4, 10


def picture(thing: Any) -> Figure:
    """The picture of a fitted estimator, or of a result.

    Parameters
    ----------
    thing : GlassBox or result

    Returns
    -------
    Figure

    Raises
    ------
    FramingError
        When its kind has no picture, with the reason.

    Examples
    --------
    >>> from pellucid import Ridge
    >>> picture(Ridge().fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.1])).axes[0].get_xlabel()
    'weight'
    """
    name = type(thing).__name__
    if isinstance(thing, GlassBox):
        check_is_fitted(thing)
    if name not in DRAWN:
        why = WITHOUT.get(name, "nothing in it says more as a picture than in words")
        raise FramingError(f"{name} has no picture: {why}.")
    return DRAWN[name](thing)


def inline_svg(thing: Any) -> str:
    """The picture as an inline SVG; nothing for what has none."""
    try:
        found = picture(thing)
    except FramingError:
        return ""
    return to_svg(found, f"Picture of {type(thing).__name__}")


def bars(names: Sequence[str], values: Any, x: str) -> Figure:
    """Named numbers as bars, the largest first and the smallest left out where there are many."""
    sizes = np.asarray(values, dtype=np.float64)
    order = np.argsort(-np.abs(sizes), kind="stable")[:MOST_BARS]
    with axes_for(None, (5.2, 0.8 + 0.3 * len(order))) as axes:
        colours = [BLUE if sizes[i] >= 0 else ORANGE for i in order]
        axes.barh(range(len(order)), sizes[order], color=colours)
        axes.set_yticks(range(len(order)), [shorten_name(names[i], 34) for i in order])
        axes.set_ylim(len(order) - 0.5, -0.5)
        axes.axvline(0, color=INK, lw=0.8)
        plain_numbers(axes.xaxis)
        left_out = len(sizes) - len(order)
        axes.set_xlabel(x + (f"; {left_out:,} smaller ones are left out" if left_out else ""))
        return figure_of(axes)


def document_frequencies(model: Any) -> Figure:
    """In how many documents each word stands."""
    if not len(model.words_):
        raise FramingError(
            f"BagOfWords has no picture with n_buckets={model.n_buckets}: it counts buckets and "
            "keeps no words. Fit it without, to see the words."
        )
    return bars(model.words_, model.document_frequency_, "documents with the word")


def column_names(model: Any, count: int) -> list[str]:
    """Names of the columns that a model was fitted to."""
    names = getattr(model, "feature_names_in_", None)
    return [str(n) for n in names] if names is not None else [f"x{j + 1}" for j in range(count)]


def weights(model: Any) -> Figure:
    """Weights of a line, of several answers or classes one after the other."""
    rows = np.atleast_2d(model.coef_)
    columns = column_names(model, rows.shape[1])
    classes = getattr(model, "classes_", ())
    outputs = [f" → {c}" for c in classes] if len(classes) == len(rows) else [""] * len(rows)
    if len(rows) > 1 and not any(outputs):
        outputs = [f" → {k + 1}" for k in range(len(rows))]
    names = [f"{column}{output}" for output in outputs for column in columns]
    return bars(names, rows.ravel(), "weight")


def lambda_path(model: Any) -> Figure:
    """Held-out loss against λ, with the standard error of its folds."""
    losses: NDArray[Any] = np.asarray(getattr(model, "cv_losses_", getattr(model, "scores_", None)))
    mean = losses.mean(axis=1)
    error = losses.std(axis=1, ddof=1) / np.sqrt(losses.shape[1]) if losses.shape[1] > 1 else 0.0
    with axes_for(None) as axes:
        axes.fill_between(model.lams_, mean - error, mean + error, color=BLUE, alpha=0.18, lw=0)
        axes.plot(model.lams_, mean, "o-", color=BLUE, markersize=4)
        axes.axvline(model.lam_, color=ORANGE, lw=1.5)
        axes.set_title(f"chosen λ = {model.lam_:.2g}")
        axes.set_xscale("log" if min(model.lams_) > 0 else "symlog")
        axes.set_xlabel("λ, weight of the regularizer")
        axes.set_ylabel("held-out loss")
        plain_numbers(axes.yaxis)
        return figure_of(axes)


def losses(model: Any) -> Figure:
    """Losses by epoch, with a mark where the best weights are."""
    stop = getattr(model, "best_epoch_", None)
    stop = stop if stop and stop < getattr(model, "n_iter_", stop) else None
    return training.losses(model.trace_, stop=stop)


def curves(model: Any) -> Figure:
    """What each column adds to the prediction: the curves that reach furthest."""
    columns = column_names(model, model.n_features_in_)
    found = [model.curve(j) for j in range(model.n_features_in_)]
    reach = [float(np.ptp(c["adds"])) if len(c["adds"]) else 0.0 for c in found]
    order = np.argsort(reach, kind="stable")[::-1][:MOST_CURVES]
    classes = getattr(model, "classes_", ())
    with side_by_side(len(order), (3.0, 2.8)) as (figure, axes):
        for ax, j in zip(axes, order, strict=True):
            at, adds = found[j]["at"], np.atleast_2d(np.asarray(found[j]["adds"]).T)
            named = not np.issubdtype(np.asarray(at).dtype, np.number)
            places = np.arange(len(at)) if named else np.asarray(at)
            for k, row in enumerate(adds):
                label = str(classes[k]) if len(classes) == len(adds) else None
                style = "o" if named else "-"
                ax.plot(places, row, style, color=SERIES[k % len(SERIES)], label=label)
            if named:
                ax.set_xticks(places, [shorten_name(str(a), 10) for a in at], rotation=60)
            ax.axhline(0, color=GREY, lw=0.8)
            ax.set_xlabel(shorten_name(columns[j], 24))
        axes[0].set_ylabel("adds to the score")
        if len(classes) > 2:
            axes[0].legend(fontsize=9)
        return figure


def group_means(model: Any) -> Figure:
    """The mean of each group, a line over the columns; columns are scaled to their spread."""
    means = np.asarray(model.cluster_centers_)
    spread = np.where(means.std(axis=0) > 0, means.std(axis=0), 1.0)
    heights = (means - means.mean(axis=0)) / spread
    counts = np.bincount(model.labels_, minlength=len(means))
    with axes_for(None) as axes:
        for j, row in enumerate(heights):
            mark = clusters.MARKS[j % len(clusters.MARKS)]
            label = f"group {j}: {counts[j]:,} rows"
            axes.plot(row, marker=mark, color=clusters.group_colour(j), label=label)
        columns = column_names(model, means.shape[1])
        axes.set_xticks(range(len(columns)), [shorten_name(c, 14) for c in columns])
        axes.set_ylabel("mean, from the middle of the means")
        legend_above(axes)
        return figure_of(axes)


def group_tree(model: Any) -> Figure:
    """The tree of groups with the height at which it is cut."""
    return clusters.linkage_tree(model.linkage_, k=len(model.cluster_centers_))


def explained_variance(model: Any) -> Figure:
    """The share of the variance that each axis keeps."""
    shares = model.explained_variance_ratio_
    return bars([f"axis {k + 1}" for k in range(len(shares))], shares, "share of the variance")


def code_table(model: Any) -> Figure:
    """What is written for the categories of the first column."""
    levels = [shorten_name(str(level), 14) for level in model.categories_[0]][:MOST_LEVELS]
    book = np.asarray(model.code_table(0), dtype=np.float64)[: len(levels), :MOST_LEVELS]
    return codes.code_tables({str(column_names(model, 1)[0]): book}, levels)


def first_codes(model: Any) -> Figure:
    """The rows by the first two entries of their code, with their labels."""
    rows = np.asarray(model.codes_, dtype=np.float64)
    rows = np.c_[rows, np.zeros(len(rows))][:, :2]
    labels = np.unique(np.asarray(model.labels_).astype(str), return_inverse=True)[1]
    return clusters.clustered_points(rows, labels)


WEIGHTS = (
    "LeastSquares", "RandomRegression", "Ridge", "LinearClassifier", "LogisticClassifier",
    "SoftmaxClassifier", "SigmoidsClassifier",
)  # fmt: skip
TRAINED = (
    "NetworkClassifier", "NetworkRegressor", "ConvNetClassifier", "ConvNetRegressor", "Autoencoder",
    "DenoisingAutoencoder", "VariationalAutoencoder", "EncoderDecoder",
    "GenerativeAdversarialPair", "NextToken",
)  # fmt: skip
CODES = ("OneHotCode", "ThermometerCode", "NumericCode", "FactoredCode", "BinaryCode")
DRAWN: dict[str, Drawable] = {
    **dict.fromkeys(WEIGHTS, weights),
    **dict.fromkeys(("RidgeCV", "LogisticCV", "SoftmaxCV"), lambda_path),
    **dict.fromkeys(TRAINED, losses),
    **dict.fromkeys(("CurvesRegressor", "CurvesClassifier"), curves),
    **dict.fromkeys(CODES, code_table),
    "RobustClassifier": lambda m: picture(m.model_),
    "KMeans": group_means,
    "HierarchicalClusters": group_tree,
    "ClusterThenModel": lambda m: group_means(m.clusters_),
    "MajorityBaseline": lambda m: bars([str(c) for c in m.classes_], m.shares_, "share of rows"),
    "LinearAutoencoder": explained_variance,
    "FewLabelClassifier": first_codes,
    "BagOfWords": document_frequencies,
    "Standardize": lambda m: bars(column_names(m, len(m.scale_)), m.scale_, "standard deviation"),
    "Center": lambda m: bars(column_names(m, len(m.mean_)), m.mean_, "mean that is taken off"),
    # Results.
    "Descent": lambda found: descent.descent_curves([found]),
    "ChoiceOfK": clusters.loss_by_k,
    "FitResult": lambda r: evaluation.candidates(r.candidates, r.chosen.name, r.framing.loss),
    "LearningCurve": lambda c: evaluation.learning_curve(c, "loss"),
}
ROWS = "it keeps the rows themselves; draw them with `pellucid.pictures.regression_lines.scatter`"
BLACK_BOX = (
    "its trees are no picture that a person reads; `pellucid fit` shows importance and dependence"
)
MADE = "the columns that it makes are listed by `explain()` and `get_feature_names_out()`"
WITHOUT = {
    **dict.fromkeys(
        ("NearestNeighbor", "NearestNeighborClassifier", "NearestNeighborRegressor"), ROWS
    ),
    **dict.fromkeys(
        (
            *("BoostedTreesClassifier", "BoostedTreesRegressor"),
            *("ForestClassifier", "ForestRegressor"),
        ),
        BLACK_BOX,
    ),
    **dict.fromkeys(
        (
            "PolynomialBasis", "RadialBasis", "RadiusFeature", "StrongestMonomials", "Bins",
            "Dates", "TableEncoder",
        ),
        MADE,
    ),
    "MeanBaseline": "it is one number, its `mean_`",
}  # fmt: skip
