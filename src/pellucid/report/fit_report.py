"""The report of a fit: the answer first, then everything that leads to it.

Notes: §1.0.5, §1.0.7, §2.7
"""

from __future__ import annotations

import os
import shlex
from dataclasses import asdict
from pathlib import Path

import numpy as np

from pellucid.evaluation.decision_threshold import expected_costs
from pellucid.evaluation.roc_and_calibration import confusion_counts
from pellucid.formatting import number
from pellucid.jobs.fit.fit_result import FitResult, Settings
from pellucid.jobs.fit.held_out_weights import WEIGHTED
from pellucid.losses import LOSSES
from pellucid.pictures import evaluation as pictures
from pellucid.pictures import prediction_errors as error_pictures
from pellucid.report.common_parts import Drawer, answer, columns_as_read, finding, footer, how_to
from pellucid.report.insight_sections import how_far_to_trust, what_it_does
from pellucid.report.page import collapsible, escape, grid, page, paragraph, section, side_by_side
from pellucid.report.weights_section import weights_section
from pellucid.storage.atomic_files import write_whole

MEASURES = {
    "square": "mean squared error",
    "root mean square": "root mean square error",
    "absolute": "mean absolute error",
    "R²": "R², share of the variance explained",
    "zero-one": "share wrong",
    "accuracy": "share right",
    "mean over classes": "share right, each class counted the same",
    "every class right": "share of rows right in every class",
    "nll": "log loss",
    "area under ROC": "area under the ROC curve",
}


def write_report(result: FitResult, path: str | os.PathLike[str]) -> None:
    """Write the report of a fit as one HTML file that needs no network.

    Parameters
    ----------
    result : FitResult
        What `fit_table` returned.
    path : path
        The file; it appears whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_whole(path, render(result, Path(path).parent))


def render(result: FitResult, folder: Path = Path("pellucid-out"), processes: int = 1) -> str:
    """The report as HTML text.

    Parameters
    ----------
    result : FitResult
        What `fit_table` returned.
    folder : Path
        Where the model file stands, for the commands shown.
    processes : int
        Processes that draw, this one included.
    """
    drawn = Drawer(processes)
    body = "".join(
        [
            _answer(result),
            side_by_side(_framing(result), _findings(result)),
            _candidates(result, drawn),
            _curve(result, drawn),
            _errors(result, drawn),
            how_far_to_trust(result),
            what_it_does(result, drawn),
            weights_section(result, drawn),
            section("What was minimised", result.explanation.to_html()),
            columns_as_read(result.columns),
            commands(result.settings, folder, "new.csv", result.explanation.page),
            footer(),
        ]
    )
    return page(f"Predicting {result.framing.target}: a report", drawn.on(body))


def _answer(result: FitResult) -> str:
    found, framing = result.errors, result.framing
    low, high = result.interval
    if framing.problem == "regression":
        facts = [
            (number(found["R²"]), "R²: share of the variance explained"),
            (number(found["absolute"]), "mean absolute error"),
        ]
        if framing.loss == "square":  # in the target's own unit
            facts.append((number(found["root mean square"]), "root mean square error"))
            low, high = float(np.sqrt(max(low, 0))), float(np.sqrt(max(high, 0)))
    else:
        facts = [
            (f"{found['accuracy']:.1%}", "right on rows never used"),
            (number(result.test_error), f"test error: {pictures.loss_title(framing.loss)}"),
        ]
    facts += [
        (f"{number(low)} to {number(high)}", "its 95 % interval"),
        (result.chosen.name, "model"),
    ]
    return answer(f"Predicting {framing.target}", (result.headline, result.why), facts)


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _framing(result: FitResult) -> str:
    framing, split = result.framing, result.split
    lines = [
        f"Problem class: {framing.problem}. "
        f"Evaluation criterion: {pictures.loss_title(framing.loss)} "
        f"({LOSSES[framing.loss].text}) on rows never used.",
        f"{result.rows:,} rows of {result.source or 'the table'}: {len(split.train):,} to learn "
        f"from, {len(split.test):,} to test on. {split.how}",
        *framing.reasons,
    ]
    assumed = "".join(f"<li>{escape(a)}</li>" for a in framing.assumptions)
    return section(
        "The problem",
        *(paragraph(line) for line in lines),
        f"<h3>Assumed</h3><ul>{assumed}</ul>" if assumed else "",
    )


def _findings(result: FitResult) -> str:
    if not result.findings:
        return section("Assumptions", paragraph("Nothing speaks against the assumptions."))
    return section("Assumptions, checked", *map(finding, result.findings))


def _candidates(result: FitResult, draw: Drawer) -> str:
    rows = [
        (
            c.name,
            f"{number(c.score.mean)} ± {number(c.score.error, 2)}",
            number(c.training),
            number(c.lam, 2),
            "—" if c.parameters is None else f"{c.parameters:,}",
            "< 0.1 s" if c.seconds < 0.05 else f"{c.seconds:.1f} s",
            c.note,
        )
        for c in result.candidates
    ]
    at = next((i for i, c in enumerate(result.candidates) if c.name == result.chosen.name), None)
    heads = ("model", "held-out loss", "training loss", "λ", "parameters", "time", "note")
    return section(
        "The candidates",
        paragraph(_how_judged(result)),
        grid(
            f"{_start(pictures.loss_title(result.framing.loss))}; lower is better",
            heads,
            rows,
            (1, 2, 3, 4, 5),
            at,
        ),
        side_by_side(
            draw(
                pictures.candidates(result.candidates, result.chosen.name, result.framing.loss),
                "Held-out loss of each candidate with its standard error; the band is one standard "
                "error about the best.",
            ),
            _path(result, draw),
        ),
    )


def _how_judged(result: FitResult) -> str:
    """On which rows, how often, and what the table of candidates leaves open."""
    tried, times = result.candidates, len(result.chosen.score.chunks) or result.settings.cv
    inside = "the chunks before one" if result.settings.order_by else "all chunks but one"
    said = (
        f"Each was fitted on {inside} of the training rows and judged on that one, {times} times. "
        "Encoding was learned inside each fold."
    )
    if any(c.parts for c in tried):
        said += " An average is judged by what its parts said of the rows held out"
        if any(c.model == WEIGHTED for c in tried):
            before = "the chunks before it (equal for the first one judged)"
            others = before if result.settings.order_by else "the other chunks"
            said += f", each chunk with weights found on {others}"
        said += "."
    if any(c.parameters is None for c in tried):
        said += " A dash: how many numbers are learned depends on the rows."
    return said


def _path(result: FitResult, draw: Drawer) -> str:
    chosen = result.chosen
    if not chosen.path or chosen.lam is None:
        return ""
    losses = {lam: held.mean for lam, held, _ in chosen.path}
    more = losses[chosen.lam] - min(losses.values())
    lowest = "the lowest held-out loss"
    found = f"comes within {number(more, 2)} of {lowest}" if more > 0 else f"has {lowest}"
    return draw(
        pictures.lambda_path(chosen.path, chosen.lam, result.framing.loss),
        f"How strongly to regularize: along the grid of λ, λ = {number(chosen.lam, 2)} {found}. "
        "Smaller λ trusts the data more; larger λ keeps the weights smaller.",
    )


def _curve(result: FitResult, draw: Drawer) -> str:
    advice = "".join(f"<li>{escape(a)}</li>" for a in result.diagnosis.advice)
    chosen, shown = result.chosen, []
    if len(chosen.path) > 2 and chosen.lam is not None:
        shown.append(
            draw(
                pictures.structural_and_estimation_error(
                    chosen.path, chosen.lam, result.framing.loss
                ),
                "Held-out loss along λ in its two parts: half of the gap between held-out and "
                "training loss is estimation error, the rest structural error and noise. A larger "
                "λ trades the first for the second.",
            )
        )
    if result.curve is not None:
        shown.append(
            draw(
                pictures.learning_curve(result.curve, result.framing.loss),
                "As rows are added: the gap between the two lines is estimation error; the height "
                "at which they would meet is structural error and noise.",
            )
        )
    return section(
        "What limits it",
        paragraph(result.diagnosis.words),
        side_by_side(*shown),
        f"<h3>What would help</h3><ul>{advice}</ul>" if advice else "",
    )


def _errors(result: FitResult, draw: Drawer) -> str:
    names = sorted(result.errors, key=list(result.errors).index)
    rows = [
        (MEASURES.get(n, n), number(result.errors[n]), number(result.errors_baseline.get(n)))
        for n in names
    ]
    measures = grid("On the test rows", ("measure", "this model", "baseline"), rows, (1, 2))
    if result.framing.problem == "regression":
        shown = _regression_pictures(result, draw)
    elif result.framing.problem == "overlapping classes":
        shown = _overlapping_table(result)
    else:
        shown = _class_pictures(result, draw)
    return section("Errors on rows never used", measures, shown)


def _regression_pictures(result: FitResult, draw: Drawer) -> str:
    y, g = result.targets, result.predictions
    return side_by_side(
        draw(
            error_pictures.predicted_against_actual(y, g),
            "Each dot is a test row; on the line the prediction is right.",
        ),
        draw(
            error_pictures.residuals(y, g),
            "Residuals: a bend or a funnel here is structure that the model misses.",
        ),
    )


def _overlapping_table(result: FitResult) -> str:
    p = result.probabilities
    if p is None:
        return ""
    said, truth = p > 0.5, result.targets > 0
    rows = [
        (
            str(name),
            f"{int(truth[:, j].sum()):,}",
            f"{np.mean(said[:, j] == truth[:, j]):.1%}",
            f"{int((said[:, j] & truth[:, j]).sum()):,}",
        )
        for j, name in enumerate(result.framing.classes)
    ]
    return grid("By class", ("class", "rows that have it", "right", "found"), rows, (1, 2, 3))


def _class_pictures(result: FitResult, draw: Drawer) -> str:
    classes = [str(c) for c in result.machine.model.classes_]
    counts = confusion_counts(result.targets, result.predictions, classes)
    shown = draw(
        error_pictures.confusion(counts, classes),
        "Rows are the right answers, columns what was said; the diagonal is right."
        + (" The 20 classes with most mistakes are shown." if len(classes) > 20 else ""),
        wide=len(classes) > 8,
    )
    if len(classes) > 3:
        shown += _mistakes(counts, classes)
    if len(classes) != 2 or result.probabilities is None:
        return shown
    p, positive = result.probabilities[:, 1], result.targets == result.machine.model.classes_[1]
    if 0 < positive.sum() < len(positive):
        shown += (
            '<div class="pair">'
            + draw(error_pictures.roc(p, positive), f"ROC: finding {classes[1]!r}.")
            + draw(
                error_pictures.calibration(p, positive),
                "Calibration: said probabilities against what came true; on the line they can "
                "be taken at their word.",
            )
            + "</div>"
        )
    return shown + _costs(result, p, positive, classes, draw)


def _mistakes(counts: np.ndarray, classes: list[str]) -> str:
    wrong = counts - np.diag(np.diag(counts))
    worst = np.argsort(-wrong, axis=None, kind="stable")[:8]
    pairs = [np.unravel_index(at, wrong.shape) for at in worst if wrong.flat[at]]
    rows = [(classes[i], classes[j], f"{wrong[i, j]:,}") for i, j in pairs]
    return (
        grid("The commonest mistakes", ("actual", "predicted", "rows"), rows, (2,)) if rows else ""
    )


def _costs(
    result: FitResult,
    p: np.ndarray,
    positive: np.ndarray,
    classes: list[str],
    draw: Drawer,
) -> str:
    costs = result.settings.costs
    if not costs or result.threshold is None:
        return ""
    thresholds = np.linspace(0.005, 0.995, 199)
    false_alarm = costs.get(f"{classes[0]}:{classes[1]}", 1.0)
    miss = costs.get(f"{classes[1]}:{classes[0]}", 1.0)
    mean = expected_costs(p, positive, thresholds, false_alarm, miss)
    return draw(
        error_pictures.costs_by_threshold(thresholds, mean, result.threshold),
        f"Costs decide the threshold: {classes[1]!r} is said when its probability passes "
        f"{number(result.threshold)}.",
    )


def commands(settings: Settings, folder: Path, new: str, live: str = "") -> str:
    """How to predict from `new` with the model in the folder, and how to repeat the run.

    `live` is the page of the lab that shows the idea; the lab shows it over the run's own data.
    """
    model = folder / "model.pellucid"
    lines = (
        f"./pellucid predict {shlex.quote(str(model))} {new} -o predictions.csv",
        f"./pellucid fit DATA --config {shlex.quote(str(folder / 'run.toml'))}",
        f"./pellucid lab --run {shlex.quote(str(folder))} --page {live}" if live else "",
    )
    chosen = [
        (name, str(value)) for name, value in asdict(settings).items() if value not in (None, ())
    ]
    return how_to(
        "How to predict, and how to do this again",
        lines,
        (f"machine.predict({new!r})",),
        model,
        collapsible("Settings of this run", grid("Settings", ("setting", "value"), chosen)),
    )
