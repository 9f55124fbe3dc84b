"""What is said of a fit to rows in blocks: which steps went over all rows, which over a sample.

Notes: §1.0.7, §2.1.6
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pellucid.evaluation.evaluation_results import Candidate
from pellucid.findings import Finding
from pellucid.jobs.fit.fit_result import FitResult
from pellucid.jobs.fit.model_inspection import DEPENDENCE_ROWS
from pellucid.jobs.on_blocks.first_passes import FirstPasses
from pellucid.jobs.on_blocks.training_rows import JobRows
from pellucid.losses import LOSSES

IN_BLOCKS = "rows in blocks"


def findings_of_sample(findings: Sequence[Finding], rows: int) -> list[Finding]:
    """Findings of a sample, each said to be so."""
    return [replace(f, message=f"In a sample of {rows:,} rows: {f.message}") for f in findings]


def block_findings(
    first_passes: FirstPasses,
    reason: str,
    *,
    fitted: bool,
    why_not: str,
    lam_from_sample: bool,
    columns: Sequence[str],
    notes: Sequence[str],
    looked_at: Sequence[str],
    area_error: float | None = None,
) -> list[Finding]:
    """What the reader of a result must know of how it was made.

    Parameters
    ----------
    first_passes : FirstPasses
    reason : str
        Why rows were read in blocks.
    fitted : bool
        Whether the model was fitted to all training rows.
    why_not : str
        Why it was not.
    lam_from_sample : bool
        Whether λ was chosen on the sample.
    columns : sequence of str
        Those whose code rests on the sample.
    notes : sequence of str
        What the fit used besides whole passes.
    looked_at : sequence of str
        What shows what the model does, each with its rows: from `rows_looked_at`.
    area_error : float or None
        How far the area under ROC is off at most.
    """  # fmt: skip
    learned = int((~first_passes.sample.test).sum())
    by_sample = [
        f"the comparison of candidates, the learning curve and the assumptions ({learned:,} "
        "training rows)",
        *looked_at,
    ]
    if lam_from_sample:
        by_sample.append("λ")
    if columns:
        by_sample.append(f"the codes of {_listed(columns)}")
    if first_passes.reading.from_sample:
        by_sample.append(
            f"the kind of {_listed(first_passes.reading.from_sample)}, "
            "which every row was then read by"
        )
    by_sample += [f"in the fit, {note}" for note in notes]
    whole = "kinds of columns, means and ranges, test error"
    if area_error is not None:
        whole += f", area under ROC (within {area_error:.1g})"
    found = [
        Finding(
            IN_BLOCKS,
            "note",
            f"{reason} All {first_passes.profile.rows:,} rows gave: {whole}"
            f"{', the fit' if fitted else ''}. A sample, drawn by a hash of each row's place, "
            f"gave: {'; '.join(by_sample)}.",
        )
    ]
    if not fitted:
        found.append(
            Finding(
                "fitted to a sample",
                "caution",
                f"{why_not} It was fitted to a sample of {learned:,} training rows and tested on "
                "all test rows.",
                (),
                "Give more memory (--memory), or take a model that reads blocks: --model ridge, "
                "logistic or softmax.",
            )
        )
    return found


def rows_looked_at(result: FitResult, sample: JobRows) -> list[str]:
    """What a look inside a model rests on, each with the number of its rows.

    Parameters
    ----------
    result : FitResult
        After the look.
    sample : JobRows
        Where it looked.
    """
    insight, facts = result.insight, result.machine.training_facts
    held = int(sample.test.sum())
    listed = []
    if insight is not None and insight.importance:
        listed.append(f"importance ({insight.rows:,} test rows)")
    if insight is not None and insight.dependence:
        inside = min(len(sample.test) - held, DEPENDENCE_ROWS)
        listed.append(f"dependence ({inside:,} training rows)")
    if "intervals" in facts:
        rows = int(facts["intervals"]["rows"])
        listed.append(
            f"intervals of predictions ({rows:,} training rows, each predicted without its chunk; "
            f"their coverage: {held:,} test rows)"
        )
    return [*listed, f"pictures and the rows predicted worst ({held:,} test rows)"]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(n) for n in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def reasons_for_choice(why: str, sample: int, rows: int, *, fitted: bool, last: bool) -> str:
    """Why this model, with what it was then fitted to."""
    told = f"{why} That was decided on {sample:,} training rows of a sample."
    if fitted:
        told += f" The model was then fitted to all {rows:,} training rows."
    if last:
        told += " After the test it was fitted again with the test rows; to keep the one that was "
        told += "tested: --keep-test-out."
    return told


def evidence_of(
    chosen: Candidate, train: int, test: int, loss: str, mean: float, errors: dict[str, float]
) -> dict[str, Any]:
    """Figures that a model file keeps."""
    facts: dict[str, Any] = {
        "model": chosen.name,
        "training rows": train,
        "test rows": test,
        "loss": LOSSES[loss].title,
        "test error": f"{mean:.6g}",
    }
    if chosen.lam is not None:
        facts["λ"] = f"{chosen.lam:.3g}"
    return facts | {f"{name} on the test rows": f"{value:.4g}" for name, value in errors.items()}
