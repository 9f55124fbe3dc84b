"""What may be said of the errors that are left, each sentence with its condition.

Notes: Def 73, Def 75, Concept 77, Concept 78, §2.7
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.evaluation.statements import Statement
from pellucid.formatting import number

SMALL = 0.02  # of the baseline's loss: below this an error does not stand out
MUCH = 1 / 3  # of the held-out loss; half of the gap to the training loss is at most a half
NOTHING_LEFT = 0.03  # of the baseline's loss: below this there is hardly an error to speak of


@dataclass(frozen=True)
class DiagnosisFacts:
    """The numbers that a diagnosis rests on, in units of the loss.

    `spread` is the larger one of the candidates', `chosen_spread` that of the chosen.
    `fall` is by how much the learning curve fell over its last step, `fall_error` the spread of its
    end; None without a curve. `richer` names the best more expressive candidate, "" for none;
    `richer_gain` is how much lower its held-out loss is. `lams` is the λ grid from end to end and
    `lam` the choice; `saved` is what it saves on held-out rows against the smallest λ, `lost` what
    it costs on rows fitted; None without a grid. `steps_*` is how far held-out loss changes from
    the chosen end of the grid to its neighbour.
    """

    held_out: float
    training: float
    spread: float
    baseline: float
    estimation: float
    structural: float
    chosen_spread: float
    richer: str = ""
    richer_model: str = ""
    richer_gain: float = 0.0
    fall: float | None = None
    fall_error: float = 0.0
    sizes: tuple[int, int] = (0, 0)
    lam: float | None = None
    lams: tuple[float, float] = (0.0, 0.0)
    saved: float = 0.0
    lost: float = 0.0
    end_step: float = 0.0

    @property
    def scale(self) -> float:
        """What "small" is judged against."""
        return max(abs(self.baseline), 1e-300)

    @property
    def share(self) -> float:
        """Estimation error as a share of the held-out loss."""
        return self.estimation / self.held_out if self.held_out > 0 else 0.0

    @property
    def structural_share(self) -> float:
        """Structural error as a share of the held-out loss."""
        return self.structural / self.held_out if self.held_out > 0 else 0.0

    @property
    def nothing_left(self) -> bool:
        """Whether hardly any of the baseline's loss is left."""
        return 0 <= self.held_out <= NOTHING_LEFT * self.scale

    @property
    def falls(self) -> bool:
        """Whether the learning curve still falls."""
        return self.fall is not None and self.fall > self.fall_error

    @property
    def flat(self) -> bool:
        """Whether the learning curve has come to rest."""
        return self.fall is not None and not self.falls

    @property
    def steep(self) -> bool:
        """Whether the learning curve still falls by an amount that stands out."""
        return self.fall is not None and self.falls and self.fall > SMALL * self.scale

    @property
    def small(self) -> bool:
        """Whether no error stands out by the gap to the training loss, or a richer class."""
        return max(self.structural, self.estimation) <= SMALL * self.scale

    @property
    def verdict(self) -> str:
        """The error that is left: "structural", "estimation", "balanced" or "unclear"."""
        if self.small:
            return "estimation" if self.steep else "balanced"
        if abs(self.structural - self.estimation) < self.chosen_spread / 2:
            return "unclear"
        return "structural" if self.structural > self.estimation else "estimation"

    @property
    def gains(self) -> bool:
        """Whether the richer class that was tried removes an error that stands out."""
        return bool(self.richer) and self.structural > SMALL * self.scale

    @property
    def at_least_lam(self) -> bool:
        """Whether the smallest λ of the grid was chosen."""
        return self.lam is not None and self.lam == self.lams[0]

    @property
    def at_most_lam(self) -> bool:
        """Whether the largest λ of the grid was chosen."""
        return self.lam is not None and self.lam == self.lams[1] != self.lams[0]


def _verdict_is(f: DiagnosisFacts, verdict: str) -> bool:
    return f.verdict == verdict and not f.nothing_left


def _of_scale(f: DiagnosisFacts, error: float) -> str:
    return f"{error / f.scale:.1%}"


def _simpler(f: DiagnosisFacts) -> str:
    return "Fewer columns" if f.lam is None else "Fewer columns or a stronger penalty"


DIAGNOSIS: tuple[Statement[DiagnosisFacts], ...] = (
    # Which error is left.
    Statement(
        "nothing is left",
        lambda f: f.nothing_left,
        lambda f: (
            f"Held-out loss is {max(f.held_out / f.scale, 0):.1%} of the baseline's: there is "
            "hardly an error left. If that is better than you would expect, look for a column that "
            "tells the target."
        ),
        {"error left": "none", "columns": "look for a leak"},
    ),
    Statement(
        "estimation error by the curve alone",
        lambda f: _verdict_is(f, "estimation") and f.small,
        lambda f: (
            "More rows would help: the fall of the learning curve shows more estimation error than "
            "the gap between the two losses does."
        ),
        {"error left": "estimation", "more rows": "help"},
    ),
    Statement(
        "much estimation error",
        lambda f: _verdict_is(f, "estimation") and not f.small and f.share > MUCH and not f.flat,
        lambda f: (
            f"Much of what is left ({f.share:.0%}) is estimation error: more rows would help."
        ),
        {"error left": "estimation", "more rows": "help"},
    ),
    Statement(
        "some estimation error",
        lambda f: _verdict_is(f, "estimation") and not f.small and f.share <= MUCH and not f.flat,
        lambda f: (
            f"Of what is left, {f.share:.0%} is estimation error, which more rows would lower; the "
            "rest is structural error and noise."
        ),
        {"error left": "estimation", "more rows": "help"},
    ),
    Statement(
        "estimation error that rows hardly lower",
        lambda f: _verdict_is(f, "estimation") and f.flat,
        lambda f: (
            f"Of what is left, {f.share:.0%} is estimation error: rows fitted cost less than rows "
            f"held out. {_simpler(f)} would lower it sooner than more rows."
        ),
        {"error left": "estimation", "more rows": "little"},
    ),
    Statement(
        "structural error",
        lambda f: _verdict_is(f, "structural") and not f.falls,
        lambda f: (
            f"Structural error stands out ({f.structural_share:.0%} of what is left): this class "
            "of hypotheses cannot follow the data closer, and more rows alone would not help."
        ),
        {"error left": "structural", "more rows": "little", "richer class": "yes"},
    ),
    Statement(
        "structural error while the curve falls",
        lambda f: _verdict_is(f, "structural") and f.falls,
        lambda f: (
            f"Structural error stands out ({f.structural_share:.0%} of what is left): this class "
            "of hypotheses cannot follow the data as closely as a richer one."
        ),
        {"error left": "structural", "richer class": "yes"},
    ),
    Statement(
        "neither, a richer class tried",
        lambda f: _verdict_is(f, "balanced") and bool(f.richer),
        lambda f: (
            f"Neither error stands out: of the baseline's loss, {_of_scale(f, f.estimation)} is "
            f"estimation error, and the richer class that was tried gains "
            f"{_of_scale(f, f.structural)}."
        ),
        {"error left": "neither", "richer class": "no"},
    ),
    Statement(
        "neither, no richer class tried",
        lambda f: _verdict_is(f, "balanced") and not f.richer,
        lambda f: (
            f"There is little estimation error: {_of_scale(f, f.estimation)} of the baseline's "
            "loss."
        ),
        {"error left": "neither", "richer class": "not tried"},
    ),
    Statement(
        "the two cannot be told apart",
        lambda f: _verdict_is(f, "unclear"),
        lambda f: "The two errors cannot be told apart from these rows.",
        {"error left": "unclear"},
    ),
    # How large they are.
    Statement(
        "the two losses",
        lambda f: True,
        lambda f: (
            f"Rows held out cost {number(f.held_out)}, rows fitted {number(f.training)}: "
            + ("by this gap alone, " if f.small and f.steep else "")
            + f"about {number(f.estimation)} of it is estimation error."
        ),
        {},
    ),
    Statement(
        "no richer class",
        lambda f: not f.richer,
        lambda f: "No richer class was tried, so structural error is not measured.",
        {"richer class": "not tried"},
    ),
    Statement(
        "the richer class removes something",
        lambda f: bool(f.richer) and f.structural > 0,
        lambda f: f"The richer class “{f.richer}” removes {number(f.structural)} of the rest.",
        {"richer class gain": "some"},
    ),
    Statement(
        "the richer class removes nothing",
        lambda f: bool(f.richer) and f.structural <= 0,
        lambda f: f"The richer class “{f.richer}” removes nothing of the rest.",
        {"richer class gain": "none", "richer class": "no"},
    ),
    # What the penalty does.
    Statement(
        "the smallest λ is best",
        lambda f: f.at_least_lam,
        lambda f: (
            f"Along λ, the smallest tried ({number(f.lam)}) is the best: a penalty buys nothing "
            "here."
        ),
        {"penalty": "nothing"},
    ),
    Statement(
        "the penalty pays",
        lambda f: f.lam is not None and not f.at_least_lam and f.saved > f.spread,
        lambda f: (
            f"Along λ, {number(f.lam)} saves {number(f.saved)} on held-out rows against almost no "
            f"penalty, at a price of {number(f.lost)} on rows fitted: it holds estimation error "
            "back."
        ),
        {"penalty": "pays"},
    ),
    Statement(
        "the penalty matters little",
        lambda f: f.lam is not None and not f.at_least_lam and f.saved <= f.spread,
        lambda f: (
            f"Along λ, held-out loss hardly differs between {number(f.lams[0])} and "
            f"{number(f.lam)}: the penalty matters little here."
        ),
        {"penalty": "little"},
    ),
    # What more rows would do.
    Statement(
        "the curve is flat",
        lambda f: f.flat,
        lambda f: "The learning curve is flat by now: as many rows again would change little.",
        {"more rows": "little"},
    ),
    Statement(
        "the curve falls",
        lambda f: f.falls,
        lambda f: (
            f"The learning curve still falls: by {number(f.fall)} from {f.sizes[0]:,} to "
            f"{f.sizes[1]:,} rows."
        ),
        {"more rows": "help"},
    ),
    Statement(
        "how sure",
        lambda f: True,
        lambda f: (
            f"These figures are sure to about ± {number(f.spread, 2)}, the spread over the chunks."
        ),
        {},
    ),
    # What would help.
    Statement(
        "gather rows",
        lambda f: f.verdict in ("estimation", "unclear") and not f.flat and not f.nothing_left,
        lambda f: "Gather more rows.",
        {"more rows": "help"},
        "advice",
    ),
    Statement(
        "drop columns",
        lambda f: _verdict_is(f, "estimation") and not f.small,
        lambda f: "Drop columns that carry little.",
        {"columns": "drop some"},
        "advice",
    ),
    Statement(
        "take the richer class",
        lambda f: _verdict_is(f, "structural") and f.gains and f.richer_gain > 0,
        lambda f: f"Take the richer class: --model {f.richer_model}.",
        {"richer class": "yes"},
        "advice",
    ),
    Statement(
        "ask for columns",
        lambda f: _verdict_is(f, "structural"),
        lambda f: "Ask for other columns.",
        {"columns": "find better"},
        "advice",
    ),
    Statement(
        "better columns, not a better model",
        lambda f: _verdict_is(f, "balanced") and bool(f.richer),
        lambda f: "Look for better columns rather than for a better model.",
        {"columns": "find better", "richer class": "no"},
        "advice",
    ),
    Statement(
        "better columns",
        lambda f: _verdict_is(f, "balanced") and not f.richer,
        lambda f: "Look for better columns.",
        {"columns": "find better"},
        "advice",
    ),
    Statement(
        "is each column known in time",
        lambda f: f.nothing_left,
        lambda f: "Ask of each strong column whether it is known when the prediction is wanted.",
        {"columns": "look for a leak"},
        "advice",
    ),
    Statement(
        "widen the grid",
        lambda f: (f.at_most_lam or f.at_least_lam) and f.end_step > f.spread,
        lambda f: (
            "Held-out loss still falls at the end of the grid of λ: widen it with --lams."
        ),
        {"grid": "too narrow"},
        "advice",
    ),
)  # fmt: skip
