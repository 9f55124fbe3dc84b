"""Greek letters: their signs and variants, their names, their LaTeX commands; one table.

Notes: Notation 22, Notation 28
"""

from __future__ import annotations

import re

from pellucid.errors import FormulaError

# name, signs (the first is printed), LaTeX commands (the first is printed)
_TABLE = """
alpha α alpha
beta βϐ beta
gamma γ gamma
delta δ delta
eps εϵ epsilon varepsilon
zeta ζ zeta
eta η eta
theta θϑ theta vartheta
iota ι iota
kappa κϰ kappa varkappa
lam λ lambda
mu μµ mu
nu ν nu
xi ξ xi
pi πϖ pi varpi
rho ρϱ rho varrho
sigma σς sigma varsigma
tau τ tau
upsilon υ upsilon
phi φϕ phi varphi
chi χ chi
psi ψ psi
omega ω omega
l ℓ ell
Gamma Γ Gamma
Delta Δ∆ Delta
Theta Θϴ Theta
Lambda Λ Lambda
Xi Ξ Xi
Pi Π Pi
Sigma Σ Sigma
Upsilon Υ Upsilon
Phi Φ Phi
Psi Ψ Psi
Omega ΩΩ Omega
"""
_ROWS = [line.split() for line in _TABLE.split("\n") if line]

NAME_OF_SIGN: dict[str, str] = {sign: row[0] for row in _ROWS for sign in row[1]}
NAME_OF_COMMAND: dict[str, str] = {rf"\{word}": row[0] for row in _ROWS for word in row[2:]}
SIGN_OF_NAME: dict[str, str] = {row[0]: row[1][0] for row in _ROWS if row[0] != "l"} | {
    "lambda": "λ",
    "epsilon": "ε",
}
COMMAND_OF_NAME: dict[str, str] = {row[0]: row[2] for row in _ROWS if row[0] != "l"} | {
    "lambda": "lambda",
    "epsilon": "epsilon",
}


def check_variants(text: str) -> None:
    """Refuse ϕ beside φ: they are one name, and would silently be one symbol.

    Raises
    ------
    FormulaError
        Naming the two spellings.

    Notes: Notation 22
    """
    found: dict[tuple[str, bool], str] = {}
    for word in re.findall(r"\\[A-Za-z]+|[^\W\d_]", text):
        name = NAME_OF_COMMAND.get(word) or NAME_OF_SIGN.get(word)
        if name is None:
            continue
        other = found.setdefault((name, word in NAME_OF_COMMAND), word)
        if other != word:
            raise FormulaError(
                f"{other} and {word} are two spellings of {name}, read as one symbol; "
                "give one of the two another name."
            )
