"""The section of a report that shows the weights: per unit, per spread, and towards which class.

Notes: Def 49, §2.3.8
"""

from __future__ import annotations

from pellucid.formatting import number
from pellucid.jobs.fit.fit_result import FitResult
from pellucid.jobs.fit.held_out_weights import WEIGHTED
from pellucid.pictures import evaluation as pictures
from pellucid.report.common_parts import Drawer
from pellucid.report.page import collapsible, grid, paragraph, section
from pellucid.report.training_section import is_network, network_section, training_section

MOST_WEIGHTS = 200  # rows of the table; a basis can have thousands


def weights_section(result: FitResult, draw: Drawer) -> str:
    """The weights of a linear model, the layers of a network, or that there are none."""
    if is_network(result.machine.model):
        model = result.machine.model
        return network_section(model) + training_section(model, draw)
    if result.chosen.parts:
        return _parts_section(result)
    if not result.weights:
        return section("Weights", paragraph(_no_weights(result)))
    several = any(w.output for w in result.weights)
    unit = any(w.per_unit is not None for w in result.weights)
    rows = [
        (
            w.name,
            *((w.output,) if several else ()),
            number(w.per_unit if unit else w.value),
            number(w.standardized),
        )
        for w in result.weights
    ]
    first = "per unit" if unit else "weight"
    heads = ("column", *(("towards",) if several else ()), first, "per standard deviation")
    note = (
        f"The largest {MOST_WEIGHTS} of {len(rows):,} weights."
        if len(rows) > MOST_WEIGHTS
        else "All weights, largest first."
    )
    return section(
        "Weights",
        paragraph(_reading(result, several, unit)),
        '<div class="pair">'
        + draw(pictures.weights(result.weights), "The largest weights, per standard deviation.")
        + "</div>",
        collapsible(note, grid(note, heads, rows[:MOST_WEIGHTS], (len(heads) - 2, len(heads) - 1))),
    )


def _parts_section(result: FitResult) -> str:
    """The parts of a weighted average: their weights, and how each did by itself."""
    several = result.framing.problem != "regression"
    answers = "the chances that its parts give" if several else "the numbers its parts predict"
    rows = [
        (part.name, number(weight), number(part.score.mean), number(part.lam, 2))
        for part, weight in result.chosen.parts
    ]
    return section(
        "Parts and their weights",
        paragraph(
            f"An answer is the average of {answers}, weighted as below. {_why_these(result)}"
        ),
        grid("Parts", ("part", "weight", "held-out loss by itself", "λ"), rows, (1, 2, 3)),
    )


def _why_these(result: FitResult) -> str:
    """Which candidates are averaged, and where their weights are from."""
    if result.chosen.model == WEIGHTED:
        return (
            "The weights are those with which the average of the candidates has the lowest loss on "
            "held-out rows, pulled a little towards equal ones, so that few rows do not decide "
            "them by chance; what would get less than a twentieth is left out."
        )
    return (
        "Averaged are the best candidate and those within one standard error of it, chunk by "
        "chunk; on held-out rows the average had a lower loss than each of them."
    )


def _no_weights(result: FitResult) -> str:
    """Where else to look, for a model that is no weighted sum of columns."""
    model = result.chosen.model
    if model.startswith(("curves", "pairs")):
        return "This model has no weights to show: its answer is the sum of a curve a column."
    if model.startswith(("trees", "small-trees")):
        return "This model has no weights to show: its answer is a sum over its trees."
    return "This model has no weights to show: it answers from the rows."


def _reading(result: FitResult, several: bool, unit: bool) -> str:
    """How to read a weight of this model."""
    if result.framing.problem == "regression":
        moved = f"A weight tells how far the prediction of {result.framing.target} moves"
    elif several and len({w.output for w in result.weights}) == 1:
        towards = result.weights[0].output
        moved = f"A positive weight speaks for {towards!r}: it tells how far the score moves"
    else:
        moved = "A positive weight speaks for its class: it tells how far that class's score moves"
    by = (
        "when its column moves by one unit, or by one standard deviation"
        if unit
        else "when its (encoded) column moves"
    )
    return (
        f"{moved} {by}, all else equal. Sizes per standard deviation can be compared with each "
        "other; others cannot. A weight is not a cause."
    )
