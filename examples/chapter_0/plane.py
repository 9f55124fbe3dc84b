"""Chapter 0.3: a matrix moves the plane; the claim with its picture.

python examples/chapter_0/plane.py [FOLDER]
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from pellucid.calculus import declare, linearity, read
from pellucid.calculus.codegen.modules import callable_for
from pellucid.pictures.claims import output_folder, show_claims
from pellucid.pictures.linear_maps import transformed_plane


def a_matrix_moves_the_plane() -> Figure:
    """A matrix keeps sums and scalings: lines stay lines, parallels parallel, and 0 stays.

    0.3-matrix-transforms-plane
    """
    turn = np.deg2rad(30)
    matrices = {
        "turned": np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]),
        "sheared": np.array([[1.0, 0.8], [0.0, 1.0]]),
        "stretched": np.array([[1.5, 0.0], [0.0, 0.5]]),
        "flattened": np.array([[1.0, 0.5], [0.5, 0.25]]),
    }
    moved = callable_for([read("A*x", declare("A: 2×2, x: 2"))])

    def move(A: Any, x: Any) -> Any:
        return moved(A=A, x=x)

    for A in matrices.values():
        assert linearity(partial(move, A), (2, 1)).holds
    shifted = linearity(lambda x: move(matrices["turned"], x) + 1.0, (2, 1))
    assert not shifted.holds  # a shift moves 0: no matrix does
    areas = {name: abs(np.linalg.det(A)) for name, A in matrices.items()}
    np.testing.assert_allclose(list(areas.values()), [1.0, 1.0, 0.75, 0.0], atol=1e-12)
    assert np.linalg.matrix_rank(matrices["flattened"]) == 1  # the plane falls onto a line
    return transformed_plane(list(matrices.items()))


CLAIMS = (a_matrix_moves_the_plane,)


def main(folder: Path) -> None:
    """Show every claim; its picture goes into the folder."""
    show_claims(CLAIMS, folder)


if __name__ == "__main__":
    main(output_folder())
