"""Networks of chapters 7 and 9; names are imported when first used.

Notes: Def 246, Def 266, Def 445
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "Adversaries": "pellucid.networks.adversarial.adversarial_examples",
    "AveragePool": "pellucid.networks.layers.average_pool",
    "BatchNorm": "pellucid.networks.layers.batch_norm",
    "Checkpoints": "pellucid.networks.training.checkpoints",
    "ConvNetClassifier": "pellucid.networks.estimators.convnet_classifier",
    "ConvNetRegressor": "pellucid.networks.estimators.convnet_regressor",
    "Convolution": "pellucid.networks.layers.convolution",
    "CrossAttention": "pellucid.networks.layers.sequences.cross_attention",
    "Dense": "pellucid.networks.layers.dense",
    "Dropout": "pellucid.networks.layers.dropout",
    "EncoderDecoder": "pellucid.networks.text.encoder_decoder",
    "Enlarge": "pellucid.networks.layers.enlarge",
    "EachPlace": "pellucid.networks.layers.sequences.each_place",
    "Embedding": "pellucid.networks.layers.sequences.embedding",
    "Flatten": "pellucid.networks.layers.flatten",
    "GELU": "pellucid.networks.layers.activations",
    "GeneratedText": "pellucid.networks.text.generated_text",
    "Graph": "pellucid.networks.layers.graph",
    "Identity": "pellucid.networks.layers.activations",
    "InMemory": "pellucid.networks.training.row_sources",
    "InputNoise": "pellucid.networks.layers.input_noise",
    "Layer": "pellucid.networks.layers.layer",
    "GroupNorm": "pellucid.networks.layers.group_norm",
    "LayerNorm": "pellucid.networks.layers.layer_norm",
    "LeakyReLU": "pellucid.networks.layers.activations",
    "MaxBlurPool": "pellucid.networks.layers.max_blur_pool",
    "MaxPool": "pellucid.networks.layers.max_pool",
    "Mode": "pellucid.networks.layers.layer",
    "Network": "pellucid.networks.network",
    "NetworkClassifier": "pellucid.networks.estimators.network_classifier",
    "NetworkRegressor": "pellucid.networks.estimators.network_regressor",
    "NextToken": "pellucid.networks.text.next_token",
    "OutputLoss": "pellucid.networks.output_losses",
    "Parallel": "pellucid.networks.layers.parallel",
    "ParquetRows": "pellucid.networks.training.row_sources",
    "Player": "pellucid.networks.passes.player",
    "PositionalCode": "pellucid.networks.layers.sequences.positional_code",
    "RandomShift": "pellucid.networks.layers.random_shift",
    "ReLU": "pellucid.networks.layers.activations",
    "Residual": "pellucid.networks.layers.residual",
    "RobustClassifier": "pellucid.networks.adversarial.robust_classifier",
    "SelfAttention": "pellucid.networks.layers.sequences.self_attention",
    "Sigmoid": "pellucid.networks.layers.activations",
    "Softmax": "pellucid.networks.layers.softmax",
    "Step": "pellucid.networks.layers.activations",
    "Stream": "pellucid.networks.training.row_sources",
    "Stretch": "pellucid.networks.layers.sequences.each_place",
    "Tanh": "pellucid.networks.layers.activations",
    "Trained": "pellucid.networks.training.training_result",
    "Unflatten": "pellucid.networks.layers.unflatten",
    "TransformerDecoder": "pellucid.networks.layers.sequences.transformer",
    "TransformerEncoder": "pellucid.networks.layers.sequences.transformer",
    "adversarial_example": "pellucid.networks.adversarial.adversarial_examples",
    "as_matrix": "pellucid.networks.linear_collapse",
    "attention_weights": "pellucid.networks.passes.attention_maps",
    "backward_pass": "pellucid.networks.passes.readable_pass",
    "by_pre_activation": "pellucid.networks.passes.local_derivatives",
    "collapse_linear": "pellucid.networks.linear_collapse",
    "compose_filters": "pellucid.networks.linear_collapse",
    "computing_in": "pellucid.networks.engine.precision",
    "coverage": "pellucid.networks.layers.filtering",
    "brightness_marks": "pellucid.networks.layers.filtering",
    "defaults_for": "pellucid.networks.pairing",
    "filter_bank": "pellucid.networks.layers.filtering",
    "filtered": "pellucid.networks.layers.filtering",
    "forward_pass": "pellucid.networks.passes.readable_pass",
    "input_gradient": "pellucid.networks.passes.input_gradients",
    "match_score": "pellucid.networks.layers.filtering",
    "neuron": "pellucid.networks.pairing",
    "play": "pellucid.networks.passes.player",
    "is_palindromic": "pellucid.networks.layers.filtering",
    "robustness": "pellucid.networks.adversarial.adversarial_examples",
    "gradient_norm_verdict": "pellucid.networks.training.gradient_norms",
    "saliency": "pellucid.networks.passes.input_gradients",
    "tensor_filter": "pellucid.networks.layers.filtering",
    "train": "pellucid.networks.training.train_network",
    "tune": "pellucid.networks.training.tuning",
    "window": "pellucid.networks.layers.filtering",
}

__all__ = list(HOMES)

# Name of before -> the name of today; the former works for one version, with a warning.
FORMER = {
    "dark_and_bright": "brightness_marks",
    "judged_norms": "gradient_norm_verdict",
    "reads_both_ways": "is_palindromic",
}

__getattr__, __dir__ = lazy_names(__name__, HOMES, FORMER)
