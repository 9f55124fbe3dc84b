"""What was done with columns that are no plain amounts or categories, as findings.

Notes: Concept 192, Clar 86
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.findings import Finding, option

NAMES = {
    "target-mean": "values by their target means",
    "rare": "rare values together",
    "text": "text by its words",
    "circle": "numbers that go round",
}
OTHERWISE: dict[str, Callable[[str], str]] = {
    "target-mean": lambda name: (
        f"Look at what it gains: leave it out with {option('drop', name)}; or "
        f"{option('code', f'{name}=rare')}."
    ),
    "rare": lambda name: (
        f"Or the target's mean of each value: {option('code', f'{name}=target-mean')}."
    ),
    "text": lambda name: (
        f"Leave it out with {option('drop', name)}; if its values recur, "
        f"{option('category', name)}."
    ),
    "circle": lambda name: (
        f"As an amount: {option('code', f'{name}=standardize')}. Each value by itself: "
        f"{option('category', name)}."
    ),
}


def codes_of(machine: Any) -> list[dict[str, Any]]:
    """The codes of a machine's columns; of an average those of all its parts.

    Notes: Concept 192
    """
    parts = getattr(machine.model, "steps_", [[machine.encoder]])
    return [code for steps in parts for code in getattr(steps[0], "codes_", [])]


def code_findings(codes: list[dict[str, Any]]) -> list[Finding]:
    """A note for each column with such a code, from what its encoder learned.

    Parameters
    ----------
    codes : list of dict
        `encoder.codes_` of the first step of a machine.

    Notes: Concept 192
    """
    return [
        Finding(
            NAMES[code["code"]],
            "note",
            f"{code['column']!r} is encoded by {code['spelled']}: {code['statement']}. "
            f"{code['reason']}",
            (code["column"],),
            OTHERWISE[code["code"]](code["column"]),
        )
        for code in codes
        if code.get("code") in NAMES
    ]


def balance_finding(how: str) -> Finding:
    """What `--balance` does to the answers, and what it leaves.

    Notes: §1.3, KE 152
    """
    return Finding(
        "classes balanced",
        "note",
        f"Each class counts the same, however many rows it has: {how}. The probabilities, and the "
        "losses that rest on them, are as without --balance.",
        (),
        "Without --balance the likeliest class is said.",
    )
