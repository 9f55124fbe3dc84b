"""Networks of chapters 7 and 9; names are imported when first used.

Notes: Def 246, Def 266, Def 445
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "Adversaries": "pellucid.networks.adversaries",
    "AveragePool": "pellucid.networks.average_pool",
    "BatchNorm": "pellucid.networks.batch_norm",
    "Checkpoints": "pellucid.networks.checkpoints",
    "ConvNetClassifier": "pellucid.networks.convnet_classifier",
    "ConvNetRegressor": "pellucid.networks.convnet_regressor",
    "Convolution": "pellucid.networks.convolution",
    "CrossAttention": "pellucid.networks.cross_attention",
    "Dense": "pellucid.networks.dense",
    "Dropout": "pellucid.networks.dropout",
    "Enlarge": "pellucid.networks.enlarge",
    "EachPlace": "pellucid.networks.each_place",
    "Embedding": "pellucid.networks.embedding",
    "Flatten": "pellucid.networks.flatten",
    "GELU": "pellucid.networks.activations",
    "GeneratedText": "pellucid.networks.generated_text",
    "Graph": "pellucid.networks.graph",
    "Identity": "pellucid.networks.activations",
    "InMemory": "pellucid.networks.row_sources",
    "InputNoise": "pellucid.networks.input_noise",
    "Layer": "pellucid.networks.layer",
    "LayerNorm": "pellucid.networks.layer_norm",
    "LeakyReLU": "pellucid.networks.activations",
    "MaxBlurPool": "pellucid.networks.max_blur_pool",
    "MaxPool": "pellucid.networks.max_pool",
    "Mode": "pellucid.networks.layer",
    "Network": "pellucid.networks.network",
    "NetworkClassifier": "pellucid.networks.network_classifier",
    "NetworkRegressor": "pellucid.networks.network_regressor",
    "NextToken": "pellucid.networks.next_token",
    "OutputLoss": "pellucid.networks.heads",
    "Parallel": "pellucid.networks.parallel",
    "ParquetRows": "pellucid.networks.row_sources",
    "Player": "pellucid.networks.player",
    "PositionalCode": "pellucid.networks.positional_code",
    "ReLU": "pellucid.networks.activations",
    "Residual": "pellucid.networks.residual",
    "RobustClassifier": "pellucid.networks.robust_classifier",
    "SelfAttention": "pellucid.networks.self_attention",
    "Sigmoid": "pellucid.networks.activations",
    "Softmax": "pellucid.networks.softmax",
    "Step": "pellucid.networks.activations",
    "Stream": "pellucid.networks.row_sources",
    "Stretch": "pellucid.networks.each_place",
    "Tanh": "pellucid.networks.activations",
    "Trained": "pellucid.networks.trained",
    "Unflatten": "pellucid.networks.unflatten",
    "TransformerDecoder": "pellucid.networks.transformer",
    "TransformerEncoder": "pellucid.networks.transformer",
    "adversarial_example": "pellucid.networks.adversaries",
    "as_matrix": "pellucid.networks.linearity",
    "attention_weights": "pellucid.networks.attended",
    "backward_pass": "pellucid.networks.passes",
    "by_pre_activation": "pellucid.networks.local_derivatives",
    "collapse_linear": "pellucid.networks.linearity",
    "compose_filters": "pellucid.networks.linearity",
    "computing_in": "pellucid.networks.numbers",
    "coverage": "pellucid.networks.filtering",
    "dark_and_bright": "pellucid.networks.filtering",
    "defaults_for": "pellucid.networks.pairing",
    "filter_bank": "pellucid.networks.filtering",
    "filtered": "pellucid.networks.filtering",
    "forward_pass": "pellucid.networks.passes",
    "input_gradient": "pellucid.networks.derivatives_by_input",
    "match_score": "pellucid.networks.filtering",
    "neuron": "pellucid.networks.pairing",
    "play": "pellucid.networks.player",
    "reads_both_ways": "pellucid.networks.filtering",
    "robustness": "pellucid.networks.adversaries",
    "saliency": "pellucid.networks.derivatives_by_input",
    "tensor_filter": "pellucid.networks.filtering",
    "train": "pellucid.networks.training",
    "tune": "pellucid.networks.tuning",
    "window": "pellucid.networks.filtering",
}

__all__ = list(HOMES)


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'pellucid.networks' has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
