"""Sections of a fit's report: what the model does with its columns, and how far to trust it.

Notes: §1.0.5, §1.0.7, KE 35
"""

from __future__ import annotations

from pellucid.evaluation.conformal_intervals import LEVEL
from pellucid.formatting import number
from pellucid.jobs.fit.fit_result import FitResult
from pellucid.jobs.fit.inspection_result import Insight
from pellucid.pictures import evaluation as pictures
from pellucid.pictures import feature_importance as drawings
from pellucid.report.common_parts import Drawer
from pellucid.report.page import collapsible, grid, paragraph, section, side_by_side

MOST_NAMED = 30


def what_it_does(result: FitResult, draw: Drawer) -> str:
    """Importance of each column, and the prediction along the strongest."""
    found = result.insight
    if found is None or not found.importance:
        return ""
    return section(
        "What the model does with the columns",
        _importance(result, found, draw),
        _dependence(result, found, draw),
    )


def _importance(result: FitResult, insight: Insight, draw: Drawer) -> str:
    loss = pictures.loss_title(result.framing.loss)
    of = len(result.framing.features)
    looked = (
        "" if insight.columns >= of else f" {insight.columns} of {of:,} columns were looked at."
    )
    rows = [
        (
            each.column,
            f"{number(each.mean)} ± {number(each.spread, 2)}",
            _share(each.share) if each.sure else "may be chance",
        )
        for each in insight.importance[:MOST_NAMED]
    ]
    heads = ("column", "rise of the loss", "of the gain")
    picture = draw(
        drawings.importance(insight.importance, result.framing.loss),
        "The longer the bar, the more the model leans on the column; the whisker is the spread "
        "over five shuffles. Grey bars could be chance.",
    )
    table = grid("Importance, by shuffling", heads, rows, (1, 2))
    told = paragraph(
        f"Each column was shuffled among {insight.rows:,} test rows, by itself: by how much the "
        f"{loss} rises tells how much the model needs it.{looked} Columns that stand in for "
        "each other can each look unimportant. What matters to the model is not thereby a "
        "cause."
    )
    return told + side_by_side(picture, table)


def _share(share: float) -> str:
    """A share of what the model gains over the baseline; it can be more than all."""
    if share != share:
        return ""
    return "all of it" if share >= 1 else f"{share:.0%}"


def _dependence(result: FitResult, insight: Insight, draw: Drawer) -> str:
    if not insight.dependence:
        return ""
    framing = result.framing
    classes: tuple[str, ...] = ()
    answer = framing.target
    if framing.problem != "regression":
        classes = class_names(result)
        answer = (
            f"probability of {classes[-1]}" if framing.problem == "two classes" else "probability"
        )
    shown = "".join(
        draw(
            drawings.dependence(each, answer, classes),
            f"{answer} along {each.column}",
        )
        for each in insight.dependence
    )
    band = (
        " The band holds eight rows in ten; marks below show where rows lie."
        if insight.dependence[0].mean.shape[1] == 1
        else ""
    )
    return (
        "<h3>The strongest columns</h3>"
        + paragraph(
            "One column takes each of its values in turn, in every row, while all others stay as "
            f"they are; the line is the mean prediction.{band}"
        )
        + f'<div class="small">{shown}</div>'
    )


def class_names(result: FitResult) -> tuple[str, ...]:
    """The classes in the order in which the model gives their probabilities."""
    labels = getattr(result.machine.model, "classes_", None)
    if result.framing.problem == "overlapping classes" or labels is None:
        return result.framing.classes
    return tuple(str(label) for label in labels)


def how_far_to_trust(result: FitResult) -> str:
    """Test against cross-validation, the intervals, and the rows predicted worst."""
    found = result.insight
    if found is None:
        return ""
    lines = list(found.sentences)
    if found.coverage is not None and found.width is not None:
        lines.append(
            f"The {LEVEL:.0%} intervals come from training rows predicted with their chunk held "
            f"out; half of them are narrower than {number(found.width)}. With --intervals "
            f"{LEVEL:g} predict adds them to its answers."
        )
    return section("How far to trust it", *map(paragraph, lines), _worst(found))


def _worst(insight: Insight) -> str:
    if not insight.worst:
        return ""
    names = [name for name, _ in insight.worst[0].values]
    cautions = any(w.caution for w in insight.worst)
    rows = [
        (
            f"{w.row:,}",
            w.truth,
            w.predicted,
            number(w.loss),
            *(value for _, value in w.values),
            *((w.caution,) if cautions else ()),
        )
        for w in insight.worst
    ]
    heads = ("row", "actual", "predicted", "loss", *names, *(("caution",) if cautions else ()))
    return collapsible(
        "The test row predicted worst"
        if len(rows) == 1
        else f"The {len(rows)} test rows predicted worst",
        paragraph("Rows are counted from 1, among those that have a target.")
        + grid("Predicted worst, beside the strongest columns", heads, rows, (0, 3)),
    )
