"""Samples of a known truth that pages offer beside the user's own table.

Each is drawn by a function of `pellucid.data`; the program that a page shows draws the same.

Notes: Def 9, §5.2.1, §6.3.11
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pellucid.data import read_table
from pellucid.errors import FramingError
from pellucid.lab.data import Data


@dataclass(frozen=True)
class Sample:
    """A name, a program that makes `table`, and the truth in one sentence."""

    name: str
    program: str
    truth: str


def _columns(call: str, columns: str) -> str:
    """The program of a sample: the draw, then a table of it."""
    function = call.partition("(")[0].split("= ")[-1]
    return (
        f"import pyarrow as pa\nfrom pellucid import read_table\nfrom pellucid.data import "
        f"{function}"
        f"\n\n{call}\ntable = read_table(pa.table({{{columns}}}))"
    )


X1_Y = '"x": X[:, 0], "y": y'
X2_Y = '"x1": X[:, 0], "x2": X[:, 1], "y": y'
X2_LABEL = '"x1": X[:, 0], "x2": X[:, 1], "label": ["negative" if a < 0 else "positive" for a in y]'
X2_GROUP = '"x1": X[:, 0], "x2": X[:, 1], "group": [f"group {g + 1}" for g in group]'
X1_LABEL = '"x": X[:, 0], "label": ["yes" if a > 0 else "no" for a in y]'

SAMPLES = {
    s.name: s
    for s in (
        Sample(
            "a line with noise",
            _columns("X, y = linear_sample(60, (2.0,), offset=1.0, seed=3)", X1_Y),
            "y = 2x + 1, and normal noise of deviation 1.",
        ),
        Sample(
            "a few rows of a line",
            _columns("X, y = noisy_line(9)", X1_Y),
            "y = 2x + 1, and normal noise of deviation 0.3.",
        ),
        Sample(
            "a plane with noise",
            _columns("X, y = linear_sample(80, (2.0, -1.0), offset=1.0, seed=1)", X2_Y),
            "y = 2x₁ − x₂ + 1, and normal noise of deviation 1.",
        ),
        Sample(
            "a wave",
            _columns("X, y = waveform(80)", X1_Y),
            "y = sin(6x + 1), and normal noise of deviation 0.1.",
        ),
        Sample(
            "a swing",
            _columns("X, y = waveform(60, frequency=4.0, phase=0.0, noise=0.2)", X1_Y),
            "y = sin(4x), and normal noise of deviation 0.2.",
        ),
        Sample(
            "two classes, nearly apart",
            _columns(
                "X, group = blobs(80, [[-1.4, -0.6], [1.2, 0.9]], spread=0.9, seed=2)",
                '"x1": X[:, 0], "x2": X[:, 1], '
                '"label": ["positive" if g else "negative" for g in group]',
            ),
            "Two normal clouds of deviation 0.9 about (−1.4, −0.6) and (1.2, 0.9).",
        ),
        Sample(
            "two classes, apart",
            _columns(
                "X, group = blobs(60, [[-2.0, -1.0], [2.0, 1.0]], spread=0.6, seed=4)",
                '"x1": X[:, 0], "x2": X[:, 1], '
                '"label": ["positive" if g else "negative" for g in group]',
            ),
            "Two normal clouds of deviation 0.6 about (−2, −1) and (2, 1).",
        ),
        Sample(
            "yes or no along a line",
            _columns("X, y = linear_sample(60, (2.0,), offset=-0.5, seed=5)", X1_LABEL),
            "“yes” where 2x − ½ and normal noise of deviation 1 is above 0.",
        ),
        Sample("exclusive or", _columns("X, y = xor(80, spread=0.4)", X2_LABEL),
               "Positive where x₁x₂ > 0: no line parts it, order 2 does."),
        Sample("petals", _columns("X, y = petals(240, 3)", X2_LABEL),
               "Six sectors of alternating label: order 3 parts them, none below."),
        Sample(
            "four blobs",
            _columns(
                "X, group = blobs(160, [[-5, -4], [-4, 4], [4, 3], [5, -5]], spread=1.5, seed=1)",
                X2_GROUP,
            ),
            "Four normal clouds of deviation 1.5.",
        ),
        Sample(
            "three classes",
            _columns(
                "X, group = blobs(120, [[-3, -2], [0, 3], [3, -2]], spread=1.1, seed=6)", X2_GROUP
            ),
            "Three normal clouds of deviation 1.1.",
        ),
        Sample("ring and disc", _columns("X, group = ring_and_disc(300)", X2_GROUP),
               "A disc of radius 1 inside a ring between radii 2 and 3."),
        Sample("off-centre ring", _columns("X, group = off_centre_ring(300)", X2_GROUP),
               "The ring and disc about (2.5, 0): ‖x‖ mixes the groups."),
        Sample("two rings", _columns("X, group = two_rings(300)", X2_GROUP),
               "Two rings that cross, as links do."),
        Sample("two half circles", _columns("X, group = semicircles(300)", X2_GROUP),
               "Two half circles that reach into each other."),
        Sample(
            "Simpson’s paradox",
            _columns(
                "X, y, group = simpson(240)",
                '"exercise": X[:, 0], "disease": y, "age": [f"age {g + 1}" for g in group]',
            ),
            "Within each age the slope is −1; over all ages disease rises with exercise.",
        ),
    )
}  # fmt: skip


@lru_cache(maxsize=64)
def sample(name: str) -> Data:
    """A sample as a page's data.

    Raises
    ------
    FramingError
        When there is none of that name.
    """
    if name not in SAMPLES:
        raise FramingError(f"There is no sample {name!r}; there are {', '.join(SAMPLES)}.")
    made = SAMPLES[name]
    space: dict[str, object] = {"read_table": read_table}
    exec(made.program, space)  # our own text above
    return Data(made.name, space["table"], made.program, truth=made.truth)
