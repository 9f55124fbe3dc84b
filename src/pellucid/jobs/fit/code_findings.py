"""What was done with columns that are no plain amounts or categories, as findings.

Notes: Concept 192, Clar 86
"""

from __future__ import annotations

from typing import Any

from pellucid.findings import Finding

NAMES = {
    "target-mean": "values by their target means",
    "rare": "rare values together",
    "text": "text by its words",
    "circle": "numbers that go round",
}
OTHERWISE = {
    "target-mean": "Look at what it gains: leave it out with --drop {0}; or --code {0}=rare.",
    "rare": "Or the target's mean of each value: --code {0}=target-mean.",
    "text": "Leave it out with --drop {0}; if its values recur, --category {0}.",
    "circle": "As an amount: --code {0}=standardize. Each value by itself: --category {0}.",
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
            OTHERWISE[code["code"]].format(code["column"]),
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
