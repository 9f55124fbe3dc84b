"""Pictures of derivatives as arrays: which entry stands where, in either layout.

Notes: Concept 458, Def 463, Def 465, Def 467, Concept 466, Def 473
"""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pellucid.pictures.style import BLUE, GREEN, INK, ORANGE, axes_for, figure_of, side_by_side

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
Label = Callable[[int, int], str]


def _name(letter: str, k: int) -> str:
    return f"{letter}{k + 1}".translate(SUBSCRIPTS)


def _partial(row: int, column: int) -> str:
    """∂w_j/∂v_i in row i and column j."""
    return f"$\\partial w_{{{column + 1}}}/\\partial v_{{{row + 1}}}$"


def _other_layout(row: int, column: int) -> str:
    return _partial(column, row)


def _tensor_front(row: int, column: int) -> str:
    return f"$t_{{{row + 1}{column + 1}1}}$"


def _blank(row: int, column: int) -> str:
    return ""


def _grid(
    axes: Axes, rows: int, columns: int, label: Label, at: tuple[float, float], colour: str,
    alpha: float = 0.18,
) -> None:  # fmt: skip
    """Cells with their labels, the first row on top; `at` is the upper left corner."""
    for i in range(rows):
        for j in range(columns):
            x, y = at[0] + j, at[1] - i - 1
            axes.add_patch(Rectangle((x, y), 1, 1, fc=colour, ec=INK, alpha=alpha, lw=0))
            axes.add_patch(Rectangle((x, y), 1, 1, fill=False, ec=INK, lw=1))
            axes.text(x + 0.5, y + 0.5, label(i, j), ha="center", va="center", fontsize=11)


def _empty_axes(axes: Axes, width: tuple[float, float], height: tuple[float, float]) -> None:
    axes.set_xlim(*width)
    axes.set_ylim(*height)
    axes.set_aspect("equal")
    axes.set_axis_off()


def layout_grids(inputs: int = 2, outputs: int = 3) -> Figure:
    """All pairs of entries of a derivative ∂w/∂v, in the notes' layout and in the other one.

    Parameters
    ----------
    inputs, outputs : int
        m of v and n of w.

    Notes: Concept 458, Clar 464, Def 467
    """
    size = max(inputs, outputs)
    with side_by_side(2, (0.95 * size + 1.6, 0.9 * size + 1.6)) as (figure, axes):
        for ax, rows, columns, title in (
            (axes[0], inputs, outputs, f"denominator layout ({inputs}×{outputs})"),
            (axes[1], outputs, inputs, f"numerator layout ({outputs}×{inputs})"),
        ):
            flipped = ax is axes[1]
            _grid(ax, rows, columns, _other_layout if flipped else _partial, (0, 0), BLUE)
            row, column = ("w", "v") if flipped else ("v", "w")
            colours = {"v": ORANGE, "w": GREEN}
            for i in range(rows):
                ax.text(-0.3, -i - 0.5, _name(row, i), ha="center", va="center", color=colours[row])
            for j in range(columns):
                where = (j + 0.5, 0.3)
                ax.text(*where, _name(column, j), ha="center", va="center", color=colours[column])
            ax.set_title(title, fontsize=11)
            _empty_axes(ax, (-0.7, size + 0.1), (-size - 0.1, 0.7))
        return figure


def input_output_rectangle(inputs: int = 3, outputs: int = 2) -> Figure:
    """An input column, an output row, and the rectangle that they span.

    Parameters
    ----------
    inputs, outputs : int
        m of v and n of w.

    Notes: Def 463, Def 465, Def 467
    """
    with axes_for(None, (1.1 * (outputs + 3), 1.05 * (inputs + 2))) as axes:
        _grid(axes, inputs, 1, lambda i, _: _name("v", i), (0, 0), ORANGE)
        _grid(axes, 1, outputs, lambda _, j: _name("w", j), (1.5, 1.5), GREEN)
        _grid(axes, inputs, outputs, _partial, (1.5, 0), BLUE)
        axes.text(0.5, -inputs - 0.35, f"v: {inputs}×1", ha="center", color=ORANGE)
        axes.text(1.7 + outputs, 1.0, f"w: 1×{outputs}", va="center", color=GREEN)
        middle = 1.5 + outputs / 2
        spanned = f"∂w/∂v: {inputs}×{outputs}"
        axes.text(middle, -inputs - 0.35, spanned, ha="center", color=BLUE)
        _empty_axes(axes, (-0.3, outputs + 3.6), (-inputs - 0.6, 1.8))
        return figure_of(axes)


def hidden_vector(inputs: int = 3, outputs: int = 2) -> Figure:
    """The vector v treated as one symbol, and each entry then expanded into its column.

    Notes: Concept 466, Notation 469
    """
    width = 2 * outputs + 2.2
    with axes_for(None, (width + 0.6, 0.9 * inputs + 1.2)) as axes:
        top = -(inputs - 1) / 2
        _grid(
            axes, 1, outputs, lambda _, j: f"$\\partial w_{{{j + 1}}}/\\partial v$", (0, top),
            ORANGE,
        )  # fmt: skip
        axes.annotate(
            "", (outputs + 1.8, -inputs / 2), (outputs + 0.3, -inputs / 2),
            arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.5},
        )  # fmt: skip
        axes.text(outputs + 1.05, -inputs / 2 + 0.25, "expand v", ha="center", fontsize=10)
        _grid(axes, inputs, outputs, _partial, (outputs + 2.1, 0), BLUE)
        hidden = f"v hidden: 1×{outputs}"
        axes.text(outputs / 2, -inputs - 0.4, hidden, ha="center", color=ORANGE)
        whole = f"v expanded: {inputs}×{outputs}"
        axes.text(1.5 * outputs + 2.1, -inputs - 0.4, whole, ha="center", color=BLUE)
        _empty_axes(axes, (-0.2, width + 0.2), (-inputs - 0.7, 0.2))
        return figure_of(axes)


def axes_of_arrays() -> Figure:
    """A vector, a matrix and a block of three axes, each axis with its index.

    Notes: Def 473, Concept 474
    """
    with side_by_side(3, (2.9, 2.9)) as (figure, axes):
        _grid(axes[0], 3, 1, lambda i, _: _name("v", i), (0, 0), ORANGE)
        _axis(axes[0], (-0.3, 0), (-0.3, -3), "i")
        axes[0].set_title("vector: 1 axis")
        _grid(axes[1], 2, 3, lambda i, j: f"$m_{{{i + 1}{j + 1}}}$", (0, 0), GREEN)
        _axis(axes[1], (-0.3, 0), (-0.3, -2), "i")
        _axis(axes[1], (0, 0.3), (3, 0.3), "j")
        axes[1].set_title("matrix: 2 axes")
        _grid(axes[2], 2, 3, _blank, (0.7, 0.7), BLUE)
        _grid(axes[2], 2, 3, _blank, (0, 0), "#ffffff", 1.0)  # hides the layer behind
        _grid(axes[2], 2, 3, _tensor_front, (0, 0), BLUE)
        _axis(axes[2], (-0.3, 0), (-0.3, -2), "i")
        _axis(axes[2], (0, -2.3), (3, -2.3), "j")
        _axis(axes[2], (3.15, -2.0), (3.85, -1.3), "k")
        axes[2].set_title("3-tensor: 3 axes")
        for ax in axes:
            _empty_axes(ax, (-1.0, 4.3), (-3.1, 1.1))
        return figure


def _axis(axes: Axes, start: tuple[float, float], end: tuple[float, float], name: str) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0}
    )
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    beside = {"i": (-0.3, 0.0), "j": (0.0, 0.3 if start[1] > -1 else -0.35), "k": (0.3, -0.25)}[
        name
    ]
    axes.text(middle[0] + beside[0], middle[1] + beside[1], name, ha="center", va="center")
