"""Claims shown: each a function that asserts a claim on seeded data and returns its picture.

A script of `examples/` is a tuple of such functions, and a `main(folder)` that calls `show_claims`.

Notes: Clar 94
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

Claim = Callable[[], Figure]


def show_claims(claims: Sequence[Claim], folder: Path) -> list[Path]:
    """Run each claim, save its picture, and print the claim and where its picture stands.

    Parameters
    ----------
    claims : sequence of callable () -> Figure
        Each raises AssertionError where its claim does not hold; the first line of its docstring
        says the claim.
    folder : Path
        Where the pictures go, as `name_of_the_function.png`; it is made where it is missing.

    Returns
    -------
    list of Path
        The pictures.

    Notes: Clar 94
    """
    folder.mkdir(parents=True, exist_ok=True)
    saved = []
    for claim in claims:
        path = folder / f"{claim.__name__}.png"
        claim().savefig(path, dpi=110, facecolor="white")
        sys.stdout.write(f"holds: {claim_text(claim)}\n       {path}\n")
        saved.append(path)
    return saved


def claim_text(claim: Claim) -> str:
    """The claim in words: the first line of its docstring."""
    return (claim.__doc__ or claim.__name__).strip().splitlines()[0]


def output_folder() -> Path:
    """The folder named on the command line, or a new temporary one: never the repository."""
    if len(sys.argv) > 2:
        raise SystemExit(f"Usage: python {sys.argv[0]} [FOLDER]")
    return Path(sys.argv[1]) if len(sys.argv) == 2 else Path(tempfile.mkdtemp(prefix="pellucid-"))
