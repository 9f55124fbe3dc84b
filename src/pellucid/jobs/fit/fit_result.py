"""Plain data that the whole job of `pellucid fit` takes in and gives out.

The report and the command line read these; nothing here computes.

Notes: §1.0.5, §2.7.13
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.reading_options import KINDS, ReadingOptions
from pellucid.errors import FramingError
from pellucid.former_names import renamed
from pellucid.jobs.setting_checks import require_seed, require_share
from pellucid.picture_mixin import PictureMixin, picture_html

if TYPE_CHECKING:
    from pellucid.data.framing import Framing
    from pellucid.data.splits import Split
    from pellucid.evaluation.evaluation_results import Candidate, Diagnosis, LearningCurve
    from pellucid.explanation import Explanation
    from pellucid.findings import Finding
    from pellucid.jobs.column_summary import ColumnSummary
    from pellucid.jobs.fit.inspection_result import Insight
    from pellucid.jobs.fit.machine import Machine


MOST_SECONDS = 1_000_000_000  # of a budget: clocks do not wait much longer
PREFERENCES = ("balanced", "readable", "accurate")


def require_preference(prefer: str) -> None:
    """One of `PREFERENCES`.

    Raises
    ------
    FramingError
        For another; names those that there are.

    Notes: Concept 87
    """
    if prefer not in PREFERENCES:
        raise FramingError(f"--prefer is one of {', '.join(PREFERENCES)}; got {prefer!r}.")


@dataclass(frozen=True)
class Settings(ReadingOptions):
    """Everything a person may choose for a fit: plain values, one TOML file.

    Parameters
    ----------
    target : str
        Column to predict.
    model : str
        "auto", or the name of one candidate.
    loss, problem, delimiter : str or None
        Override what the framing infers.
    costs : dict of str to float or None
        Cost of each kind of mistake, as "actual:predicted" -> cost; picks the threshold.
    balance : bool
        Whether each class counts the same where a class is said, however many rows it has.
    lams : tuple of float or None
        λ grid to try; None takes the default grid.
    cv : int
        Number of chunks for cross-validation.
    test : float
        Share of rows kept away for the test error, strictly between 0 and 1.
    seed : int
        Seed of the split, the chunks and every algorithm.
    order_by, group : str or None
        Time column (train on the past), or column whose groups stay whole.
    code : dict of str to str or None
        Code of a column as `TableEncoder` takes it; the others are suggested.
    numeric, binary, category, text, date, identifier, drop, missing, encoding
        How the table is read: see `ReadingOptions`.
    prefer : str
        "balanced" (a black box only where it is clearly better), "readable" or "accurate" (all
        candidates averaged, with weights found on held-out rows).
    budget : float or None
        Seconds for the whole job; the best found by then is taken.
    keep_test_out : bool
        Whether the model that is kept is the one that was tested, of the training rows alone.
    jobs : int or None
        Processes to work in, -1 for one a core; None is one in Python, and as many as the table is
        worth at the command line. The answer does not depend on it.
    memory : str or None
        Memory that the job may take, such as "1GB": beyond it rows are read in blocks. None is
        three quarters of what is free.
    cluster : str or None
        Address of a Dask cluster whose workers read the rows, such as "tcp://10.0.0.5:8786"; the
        answer does not depend on it.

    Raises
    ------
    HyperparameterTypeError, FramingError
        For a value that is none of these.
    """

    target: str
    model: str = "auto"
    loss: str | None = None
    problem: str | None = None
    delimiter: str | None = None
    costs: dict[str, float] | None = None
    balance: bool = False
    lams: tuple[float, ...] | None = None
    cv: int = 5
    test: float = 0.2
    seed: int = 0
    order_by: str | None = None
    group: str | None = None
    code: dict[str, str] | None = None
    prefer: str = "balanced"
    budget: float | None = None
    keep_test_out: bool = False
    jobs: int | None = None
    memory: str | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require_seed(self.seed)
        require_share(self.test)
        if self.cv < 2:
            raise FramingError(f"--cv needs at least 2 chunks; got {self.cv}.")
        if self.budget is not None and not 0 < self.budget <= MOST_SECONDS:
            raise FramingError(
                f"--budget is a number of seconds above 0, at most {MOST_SECONDS:,}; got "
                f"{self.budget}."
            )
        require_preference(self.prefer)
        if self.jobs is not None and (self.jobs == 0 or self.jobs < -1):
            raise FramingError(f"--jobs is 1 or more, or -1 for all cores; got {self.jobs}.")
        if self.lams is not None and any(not lam >= 0 for lam in self.lams):
            raise FramingError(f"--lams are numbers ≥ 0; got {self.lams}.")

    def reading(self) -> dict[str, Any]:
        """What `read_table` takes: a code also says what its column is read as.

        Raises
        ------
        HyperparameterError, FramingError
            When there is no such code, or a column is to be read as something else.
        """
        from pellucid.data.code_suggestions import kinds_for

        wanted = super().reading()
        for kind, columns in kinds_for(self.code or {}).items():
            for other in KINDS:
                both = sorted(set(wanted[other]) & set(columns))
                if both and other != kind and not (kind, other) == ("category", "binary"):
                    raise FramingError(
                        f"The code of {both[0]!r} needs it as {kind}, and {other} is asked for too."
                    )
            known = {*wanted[kind], *(wanted["binary"] if kind == "category" else ())}
            wanted[kind] = (*wanted[kind], *(c for c in columns if c not in known))
        return wanted


@dataclass(frozen=True)
class Weight:
    """A weight of the model: as fitted on encoded columns, and per standard deviation.

    `output` names the class that a positive weight speaks for; of two classes, the second.
    `per_unit` is the weight for one unit of the table's own column; None where there is none.
    """

    name: str
    value: float
    standardized: float
    output: str = ""
    per_unit: float | None = None


@renamed(truths="targets")
@dataclass(frozen=True)
class FitResult(PictureMixin):
    """All that `pellucid fit` found out: what the report shows and the command line prints.

    Arrays concern the test rows, m of them: `targets` (m,) (or (m, k) for overlapping classes),
    `predictions` likewise, `probabilities` (m, k) or None. `errors` maps a measure's name to its
    value on the test rows ("square", "root mean square", "absolute", "R²"; "zero-one", "accuracy",
    "nll", ...); `errors_baseline` the same for the baseline; `interval` is the 95 % interval of
    the main loss on the test rows.
    """

    settings: Settings
    source: str
    rows: int
    columns: tuple[ColumnSummary, ...]
    framing: Framing
    split: Split
    findings: tuple[Finding, ...]
    candidates: tuple[Candidate, ...]
    chosen: Candidate
    why: str
    machine: Machine
    training_error: float
    test_error: float
    interval: tuple[float, float]
    errors: dict[str, float]
    errors_baseline: dict[str, float]
    targets: NDArray[Any]
    predictions: NDArray[Any]
    probabilities: NDArray[np.float64] | None
    curve: LearningCurve | None
    diagnosis: Diagnosis
    weights: tuple[Weight, ...]
    offset: tuple[float, ...]
    explanation: Explanation
    threshold: float | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory: int = 0
    insight: Insight | None = None

    @property
    def headline(self) -> str:
        """How good the fit is, in a sentence in the target's own unit."""
        from pellucid.jobs.fit.headline import headline

        return headline(
            self.framing, self.targets, self.predictions, self.errors, self.errors_baseline
        )

    def __repr__(self) -> str:
        return (
            f"FitResult({self.framing.target!r}: {self.chosen.name}, test error "
            f"{self.test_error:.6g}, {len(self.findings)} findings)"
        )

    def _repr_html_(self) -> str:
        """The answer, the candidates and the alarms; `write_report` has the rest."""
        from pellucid.formatting import number
        from pellucid.notebook_card import card

        grave = [f for f in self.findings if f.severity != "note"][:4]
        rows = [
            (
                f"→ {c.name}" if c is self.chosen else c.name,
                f"{number(c.score.mean)} ± {number(c.score.error, 2)}",
                number(c.training),
            )
            for c in self.candidates
        ]
        told = (self.headline, self.why, *(f"{f.severity}: {f.message}" for f in grave))
        heads = ("model", "held-out loss", "training loss")
        return card(f"Predicting {self.framing.target}", told, heads, rows) + picture_html(self)
