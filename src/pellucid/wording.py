"""How numbers are written for a person, the same in the terminal, the report and the messages.

Notes: §1.0.3
"""

from __future__ import annotations

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
        decimals = max(digits - len(str(int(size))), 0)
        return f"{value:,.{decimals}f}".replace("-", MINUS)
    if 1e-6 <= size < 1e-4:
        return f"{value:.{digits + 5}f}".rstrip("0").replace("-", MINUS)
    return f"{value:.{digits}g}".replace("-", MINUS)
