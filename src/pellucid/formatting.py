"""How numbers and labels are written for a person, the same in terminal, report and messages.

Notes: §1.0.3
"""

from __future__ import annotations

from typing import Any

MINUS = "−"


def number(value: float | None, digits: int = 3) -> str:
    """A number with a few significant digits, thousands apart, a true minus sign.

    Parameters
    ----------
    value : float or None
        None is written as nothing, NaN as a dash.
    digits : int
        Significant digits; whole thousands keep all of theirs.

    Examples
    --------
    >>> number(82014.7), number(82014.7, 6), number(-0.0123456), number(0.000032)
    ('82,015', '82,014.7', '−0.0123', '0.000032')
    >>> number(400, 4), number(400.25, 4), number(40, 4)
    ('400', '400.2', '40')
    >>> number(None), number(float("nan"))
    ('', '—')

    Notes: §1.0.3
    """
    if value is None:
        return ""
    if value != value:
        return "—"
    size = abs(value)
    if 100 <= size < 1e9:
        decimals = max(digits - len(str(int(size))), 0) if size % 1 else 0
        return f"{value:,.{decimals}f}".replace("-", MINUS)
    if 1e-6 <= size < 1e-4:
        return f"{value:.{digits + 5}f}".rstrip("0").replace("-", MINUS)
    return f"{value:.{digits}g}".replace("-", MINUS)


def label(value: Any) -> str:
    """A label of a class: text in quotes, numbers bare, whatever array it comes from.

    Parameters
    ----------
    value : str, number, bool, or a NumPy scalar of one

    Examples
    --------
    >>> import numpy as np
    >>> label(np.str_("red")), label(np.uint8(6)), label("6")
    ("'red'", '6', "'6'")

    Notes: §1.0.3
    """
    return repr(value.item() if hasattr(value, "item") else value)


def labels(values: Any, max_labels: int = 10) -> str:
    """Labels one after another; of many the first few, and how many there are.

    Parameters
    ----------
    values : sequence or array of labels
    max_labels : int
        How many are named at the most.

    Examples
    --------
    >>> labels(["blue", "red"]), labels(range(26), max_labels=3)
    ("'blue', 'red'", '0, 1, 2, … (26 in all)')

    Notes: §1.0.3
    """
    said = ", ".join(map(label, values[:max_labels]))
    return said + (f", … ({len(values):,} in all)" if len(values) > max_labels else "")
