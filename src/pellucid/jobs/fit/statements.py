"""What may be said of a finished fit: each sentence with the numeric condition that allows it.

Notes: §1.0.7, §2.7, KE 35
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pellucid.evaluation.statements import Statement, applicable_statements
from pellucid.findings import Finding, drop_options
from pellucid.formatting import number

NEARLY_PERFECT = 0.03  # of the baseline's loss
FAR = 3.0  # standard errors between test and cross-validation that chance does not give
AT_LEAST = 0.05  # of the baseline's loss: a smaller distance matters to nobody
CARRIES = 0.5  # of the model's gain that one column carries, and twice that of the next
DECIDES = 0.5  # of the test error that one row makes up
LEVEL = 0.9


@dataclass(frozen=True)
class ResultFacts:
    """The numbers behind what is said of a fit, losses in units of the loss.

    `test_error` and `test_spread` are the mean loss on the test rows and its standard error;
    `held_out` and `held_out_spread` the same by cross-validation; `baseline` is the baseline's
    loss on the test rows, and `compared` says whether any other candidate was tried. `top` and
    `next` are the shares of the gain that the two most important columns carry, NaN when unknown.
    `coverage` is that of the 90 % intervals on `test_rows` rows, None without. `largest` is the
    share of the test error that the row predicted worst makes up, `odd` what is odd about it, and
    `held_out_error` the spread over the chunks alone.
    """

    test_error: float
    test_spread: float
    held_out: float
    held_out_spread: float
    baseline: float
    test_rows: int
    top: float = float("nan")
    next: float = float("nan")
    top_column: str = ""
    coverage: float | None = None
    compared: bool = True
    largest: float = 0.0
    odd: str = ""
    held_out_error: float = 0.0

    @property
    def without_largest(self) -> float:
        """Test error without the row predicted worst."""
        rows = self.test_rows
        return self.test_error * (1 - self.largest) * rows / (rows - 1) if rows > 1 else 0.0

    @property
    def one_row(self) -> bool:
        """Whether one row alone lifts the test error far above what cross-validation promised."""
        apart = self.test_error - self.held_out
        far = max(FAR * self.held_out_error, AT_LEAST * abs(self.baseline))
        return self.largest > DECIDES and apart > far

    @property
    def distance(self) -> float:
        """Test error above cross-validation's, in standard errors of the difference."""
        spread = math.hypot(self.test_spread, self.held_out_spread)
        apart = self.test_error - self.held_out
        if abs(apart) <= AT_LEAST * abs(self.baseline) or not math.isfinite(apart):
            return 0.0
        return apart / spread if spread > 0 else math.copysign(math.inf, apart)

    @property
    def useless(self) -> bool:
        """Whether the baseline does as well on the test rows."""
        return self.test_error >= self.baseline

    @property
    def unsettled(self) -> bool:
        """Whether the test rows deny, by no more than chance, what cross-validation promised."""
        promised = self.held_out + self.held_out_error < self.baseline
        return self.useless and promised and abs(self.distance) <= FAR

    @property
    def nearly_perfect(self) -> bool:
        """Whether hardly any of the baseline's loss is left, on the test rows."""
        return not self.useless and 0 <= self.test_error <= NEARLY_PERFECT * self.baseline

    @property
    def carried(self) -> bool:
        """Whether one column carries the model."""
        return self.top >= CARRIES and not self.next > self.top / 2

    @property
    def coverage_off(self) -> float:
        """How far the coverage is from the level, in standard errors of a share."""
        if self.coverage is None or self.test_rows < 1:
            return 0.0
        return (self.coverage - LEVEL) / math.sqrt(LEVEL * (1 - LEVEL) / self.test_rows)


def _gone(f: ResultFacts) -> str:
    return (
        f"Hardly an error is left: {max(f.test_error / f.baseline, 0):.1%} of the baseline's loss"
    )


RESULT: tuple[Statement[ResultFacts], ...] = (
    Statement(
        "nearly perfect by one column",
        lambda f: f.nearly_perfect and f.carried,
        lambda f: (
            f"{_gone(f)} on rows never used, and {f.top_column!r} carries the model. "
            "Targets that people or markets decide are never known so well: it may tell the answer."
        ),
        {"score": "nearly perfect", "importance": "one column"},
        "caution",
    ),
    Statement(
        "nearly perfect",
        lambda f: f.nearly_perfect and not f.carried,
        lambda f: (
            f"{_gone(f)} on rows never used, and no single column carries the model. If the target "
            "is of a noisy kind, that is too good to be true."
        ),
        {"score": "nearly perfect"},
        "note",
    ),
    Statement(
        "nothing was compared with the baseline",
        lambda f: f.useless and not f.compared,
        lambda f: (
            f"Nothing but the baseline was tried; its loss on rows never used is "
            f"{number(f.test_error)}. Whether these columns tell the target is not known."
        ),
        {"score": "not tried", "importance": "none"},
        "caution",
    ),
    Statement(
        "these rows do not settle it",
        lambda f: f.unsettled and f.compared and not f.one_row,
        lambda f: (
            f"On {f.test_rows:,} rows never used the loss is {number(f.test_error)} and the "
            f"baseline's {number(f.baseline)}, where cross-validation promised "
            f"{number(f.held_out)}: these rows do not settle whether the columns tell the target."
        ),
        {"score": "unsettled", "importance": "none"},
        "caution",
    ),
    Statement(
        "no better than the baseline",
        lambda f: f.useless and f.compared and not f.one_row and not f.unsettled,
        lambda f: (
            f"On rows never used the loss is {number(f.test_error)}; the baseline's is "
            f"{number(f.baseline)}. These columns do not tell the target."
        ),
        {"score": "useless", "importance": "none"},
        "caution",
    ),
    Statement(
        "one row decides the test error",
        lambda f: f.one_row,
        lambda f: (
            f"One of {f.test_rows:,} test rows makes up {f.largest:.0%} of the test error, "
            f"{number(f.test_error)}" + (f": {f.odd}" if f.odd else "") + ". Without it the test "
            f"error is {number(f.without_largest)}; cross-validation promised {number(f.held_out)}."
        ),
        {"test against cross-validation": "one row"},
        "caution",
    ),
    Statement(
        "test error far above cross-validation",
        lambda f: f.distance > FAR and not f.one_row,
        lambda f: (
            f"The test error, {number(f.test_error)}, lies {number(f.distance, 2)} standard errors "
            f"above what cross-validation promised ({number(f.held_out)}): more than chance gives."
        ),
        {"test against cross-validation": "worse"},
        "caution",
    ),
    Statement(
        "test error far below cross-validation",
        lambda f: f.distance < -FAR,
        lambda f: (
            f"The test error, {number(f.test_error)}, lies {number(-f.distance, 2)} standard "
            f"errors below what cross-validation promised ({number(f.held_out)}): these test rows "
            "are easier than others, so expect the higher figure."
        ),
        {"test against cross-validation": "better"},
        "caution",
    ),
    Statement(
        "test error as cross-validation promised",
        lambda f: (
            abs(f.distance) <= FAR
            and math.isfinite(f.test_error + f.held_out)
            and not f.one_row
        ),
        lambda f: (
            f"Cross-validation had promised {number(f.held_out)}; the test error is "
            f"{number(f.test_error)}, no further off than chance allows."
        ),
        {"test against cross-validation": "agrees"},
    ),
    Statement(
        "intervals too narrow",
        lambda f: f.coverage_off < -FAR,
        lambda f: (
            f"Only {f.coverage or 0:.0%} of the test rows lie in their {LEVEL:.0%} interval: test "
            "rows are harder than training rows were."
        ),
        {"intervals": "too narrow"},
        "caution",
    ),
    Statement(
        "intervals as promised",
        lambda f: f.coverage is not None and f.coverage_off >= -FAR,
        lambda f: (
            f"{f.coverage or 0:.1%} of {f.test_rows:,} test rows lie in their {LEVEL:.0%} interval."
        ),
        {"intervals": "hold"},
    ),
    Statement(
        "one column carries the model",
        lambda f: f.carried and not f.useless and f.top < 1,
        lambda f: (
            f"{f.top_column!r} carries the model: with its values shuffled, {f.top:.0%} of what "
            "the model gains over the baseline is lost."
        ),
        {"importance": "one column"},
    ),
    Statement(
        "one column carries everything",
        lambda f: f.carried and not f.useless and f.top >= 1,
        lambda f: (
            f"{f.top_column!r} carries the model: with its values shuffled, the model does no "
            "better than the baseline."
        ),
        {"importance": "one column"},
    ),
)  # fmt: skip

ADVICE = {
    "nearly perfect by one column": "Ask whether that column is known when the prediction is "
    "wanted; if not: {drop}",
    "nearly perfect": "Ask of each strong column whether it is known when the prediction is "
    "wanted; leave out what is not: --drop COLUMN",
    "nothing was compared with the baseline": "Allow more time (--budget), or name another model "
    "(--model).",
    "these rows do not settle it": "Try another split (--seed), or a larger test (--test).",
    "no better than the baseline": "Look for columns that have to do with the target; more rows "
    "only help if there is something to find.",
    "one row decides the test error": "Look at it: where a cell is mistyped, mend it. A new row "
    "with such a cell would be predicted as badly.",
    "test error far above cross-validation": "Ask whether rows depend on each other (--group, "
    "--order-by), and whether test rows come from another time or place.",
    "test error far below cross-validation": "Try another split (--seed), and trust the "
    "cross-validation.",
    "intervals too narrow": "Do not rely on the intervals; see whether the rows shifted.",
}


def result_findings(facts: ResultFacts) -> list[Finding]:
    """Statements that are findings: those with a severity, each with what to do."""
    column = (facts.top_column,) if facts.top_column else ()
    return [
        Finding(
            s.name,
            s.part,
            s.text(facts),
            column if s.name == "nearly perfect by one column" else (),
            ADVICE[s.name].format(drop=drop_options([facts.top_column or "COLUMN"])),
        )
        for s in applicable_statements(RESULT, facts)
        if s.part != "words"
    ]


def result_sentences(facts: ResultFacts) -> list[str]:
    """Statements that are plain sentences."""
    return [s.text(facts) for s in applicable_statements(RESULT, facts, "words")]
