"""Autoencoders of chapter 8; names are imported when first used.

Notes: Def 353, Concept 356, §8.1
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "CodeLength": "pellucid.autoencoders.code_length",
    "GenerativeAdversarialPair": "pellucid.autoencoders.adversarial_pair",
    "LinearAutoencoder": "pellucid.autoencoders.linear_autoencoder",
    "PrincipalAxes": "pellucid.autoencoders.principal_axes",
    "choose_code_length": "pellucid.autoencoders.code_length",
    "discriminator_reading": "pellucid.autoencoders.adversarial_pair",
    "principal_axes": "pellucid.autoencoders.principal_axes",
}

__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.autoencoders' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
