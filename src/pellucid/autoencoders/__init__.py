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
    "ColumnsActivated": "pellucid.autoencoders.columns_activated",
    "DenoisingAutoencoder": "pellucid.autoencoders.denoising",
    "FewLabelClassifier": "pellucid.autoencoders.few_labels",
    "Generated": "pellucid.autoencoders.generated",
    "GenerativeAdversarialPair": "pellucid.autoencoders.adversarial_pair",
    "LinearAutoencoder": "pellucid.autoencoders.linear_autoencoder",
    "PrincipalAxes": "pellucid.autoencoders.axes_of_rows",
    "ReconstructionLoss": "pellucid.autoencoders.reconstruction_loss",
    "VariationalAutoencoder": "pellucid.autoencoders.variational",
    "choose_code_length": "pellucid.autoencoders.code_length",
    "class_averages": "pellucid.autoencoders.code_experiments",
    "decoded_grid": "pellucid.autoencoders.code_experiments",
    "downstream_accuracy": "pellucid.autoencoders.downstream",
    "generate_near": "pellucid.autoencoders.generated",
    "discriminator_reading": "pellucid.autoencoders.adversarial_pair",
    "axis_projection": "pellucid.autoencoders.axes_of_rows",
    "baseline_losses": "pellucid.autoencoders.reference_losses",
    "principal_axes": "pellucid.autoencoders.axes_of_rows",
    "traversal": "pellucid.autoencoders.code_experiments",
    "zero_and_mean": "pellucid.autoencoders.code_experiments",
}

__all__ = list(HOMES)

__getattr__, __dir__ = lazy_names(__name__, HOMES, {"losses_without_code": "baseline_losses"})
