"""`pellucid derive` and `pellucid check-gradient`: the calculus engine at the command line."""

from __future__ import annotations

import json


def run_derive(
    formula: str,
    wrt: str,
    where: str | None,
    *,
    latex: bool,
    code: str | None,
    layout: str,
    as_json: bool,
) -> None:
    """Print the derivation of a formula, or the code of its gradient."""
    from pellucid.calculus import derive

    found = derive(formula, wrt, where, latex=latex, code=code, layout=layout)
    print(
        json.dumps(found.as_dict(), indent=2, ensure_ascii=False, default=str)
        if as_json
        else str(found)
    )


def run_check_gradient(
    formula: str, wrt: str, answer: str, where: str | None, *, as_json: bool
) -> None:
    """Print what is right or wrong with a gradient."""
    from pellucid.calculus import check_gradient_answer

    found = check_gradient_answer(formula, wrt, answer, where)
    print(
        json.dumps(found.as_dict(), indent=2, ensure_ascii=False, default=str)
        if as_json
        else str(found)
    )
