"""Autoencoders of chapter 8; names are imported when first used.

Notes: Def 353, Concept 356, §8.1
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "Autoencoder": "pellucid.autoencoders.autoencoder",
    "CodeLength": "pellucid.autoencoders.code_length",
    "CodeSample": "pellucid.autoencoders.code_sample",
    "ColumnActivation": "pellucid.autoencoders.column_activation",
    "DenoisingAutoencoder": "pellucid.autoencoders.denoising",
    "FewLabelClassifier": "pellucid.autoencoders.few_label_classifier",
    "GeneratedRows": "pellucid.autoencoders.generated_rows",
    "GenerativeAdversarialPair": "pellucid.autoencoders.generative_adversarial_pair",
    "LinearAutoencoder": "pellucid.autoencoders.linear_autoencoder",
    "PrincipalAxes": "pellucid.autoencoders.principal_components",
    "ReconstructionLoss": "pellucid.autoencoders.reconstruction_loss",
    "VariationalAutoencoder": "pellucid.autoencoders.variational",
    "choose_code_length": "pellucid.autoencoders.code_length",
    "class_averages": "pellucid.autoencoders.code_experiments",
    "decoded_grid": "pellucid.autoencoders.code_experiments",
    "downstream_accuracy": "pellucid.autoencoders.downstream",
    "generate_near": "pellucid.autoencoders.generated_rows",
    "interpret_accuracy": "pellucid.autoencoders.generative_adversarial_pair",
    "axis_projection": "pellucid.autoencoders.principal_components",
    "baseline_losses": "pellucid.autoencoders.baseline",
    "principal_axes": "pellucid.autoencoders.principal_components",
    "traversal": "pellucid.autoencoders.code_experiments",
    "zero_and_mean": "pellucid.autoencoders.code_experiments",
}

__all__ = list(HOMES)

# Name of before -> the name of today; the former works for one version, with a warning.
FORMER = {
    "ColumnsActivated": "ColumnActivation",
    "Generated": "GeneratedRows",
    "discriminator_reading": "interpret_accuracy",
    "losses_without_code": "baseline_losses",
}

__getattr__, __dir__ = lazy_names(__name__, HOMES, FORMER)
