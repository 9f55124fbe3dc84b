"""The classes a model file may hold: name -> "module:Class". Nothing else is ever imported.

Notes: Def 19
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pellucid.errors import ModelFileError

REGISTRY: dict[str, str] = {
    "Machine": "pellucid.jobs.fit.machine:Machine",
    "ClusterMachine": "pellucid.jobs.cluster.cluster_machine:ClusterMachine",
    "ImageMachine": "pellucid.jobs.fit.image_machine:ImageMachine",
    "Framing": "pellucid.data.framing:Framing",
    "GenerativeAdversarialPair": (
        "pellucid.autoencoders.generative_adversarial_pair:GenerativeAdversarialPair"
    ),
    "LinearAutoencoder": "pellucid.autoencoders.linear_autoencoder:LinearAutoencoder",
    "Autoencoder": "pellucid.autoencoders.autoencoder:Autoencoder",
    "DenoisingAutoencoder": "pellucid.autoencoders.denoising:DenoisingAutoencoder",
    "VariationalAutoencoder": "pellucid.autoencoders.variational:VariationalAutoencoder",
    "FewLabelClassifier": "pellucid.autoencoders.few_label_classifier:FewLabelClassifier",
    "ReconstructionLoss": "pellucid.autoencoders.reconstruction_loss:ReconstructionLoss",
    "CodeSample": "pellucid.autoencoders.code_sample:CodeSample",
    "ColumnActivation": "pellucid.autoencoders.column_activation:ColumnActivation",
    "EncodingMachine": "pellucid.jobs.encode.encoding_machine:EncodingMachine",
    "TableEncoder": "pellucid.data.table_encoder:TableEncoder",
    "ColumnValues": "pellucid.data.column_values:ColumnValues",
    "Passthrough": "pellucid.data.passthrough:Passthrough",
    "WeightedAverageClassifier": "pellucid.additive.weighted_average:WeightedAverageClassifier",
    "WeightedAverageRegressor": "pellucid.additive.weighted_average:WeightedAverageRegressor",
    "CurvesClassifier": "pellucid.additive.curves_classifier:CurvesClassifier",
    "CurvesRegressor": "pellucid.additive.curves_regressor:CurvesRegressor",
    "BoostedTreesClassifier": "pellucid.trees.boosted_trees:BoostedTreesClassifier",
    "BoostedTreesRegressor": "pellucid.trees.boosted_trees:BoostedTreesRegressor",
    "ForestClassifier": "pellucid.trees.forest:ForestClassifier",
    "ForestRegressor": "pellucid.trees.forest:ForestRegressor",
    "StrongestMonomials": "pellucid.features.strongest_monomials:StrongestMonomials",
    "TransformedTarget": "pellucid.linear.transformed_target:TransformedTarget",
    "KMeans": "pellucid.clusters.k_means:KMeans",
    "HierarchicalClusters": "pellucid.clusters.hierarchical:HierarchicalClusters",
    "ClusterThenModel": "pellucid.clusters.cluster_then_model:ClusterThenModel",
    "PolynomialBasis": "pellucid.features.polynomial_basis:PolynomialBasis",
    "BinaryCode": "pellucid.features.binary_code:BinaryCode",
    "Bins": "pellucid.features.bins:Bins",
    "Center": "pellucid.features.standardize:Center",
    "Dates": "pellucid.features.dates:Dates",
    "FactoredCode": "pellucid.features.factored_code:FactoredCode",
    "NumericCode": "pellucid.features.numeric_code:NumericCode",
    "OneHotCode": "pellucid.features.one_hot_code:OneHotCode",
    "Standardize": "pellucid.features.standardize:Standardize",
    "ThermometerCode": "pellucid.features.thermometer_code:ThermometerCode",
    "RadialBasis": "pellucid.features.radial_basis:RadialBasis",
    "RadiusFeature": "pellucid.features.radius_feature:RadiusFeature",
    "BagOfWords": "pellucid.features.bag_of_words:BagOfWords",
    "MeanBaseline": "pellucid.linear.mean_baseline:MeanBaseline",
    "MajorityBaseline": "pellucid.linear.majority_baseline:MajorityBaseline",
    "NearestNeighborRegressor": "pellucid.linear.nearest_neighbor:NearestNeighborRegressor",
    "NearestNeighborClassifier": "pellucid.linear.nearest_neighbor:NearestNeighborClassifier",
    "NearestNeighbor": "pellucid.linear.nearest_neighbor:NearestNeighbor",
    "RandomRegression": "pellucid.linear.random_regression:RandomRegression",
    "LeastSquares": "pellucid.linear.least_squares:LeastSquares",
    "Ridge": "pellucid.linear.ridge:Ridge",
    "RidgeCV": "pellucid.linear.ridge_cv:RidgeCV",
    "LinearClassifier": "pellucid.linear.linear_classifier:LinearClassifier",
    "LogisticClassifier": "pellucid.linear.logistic_classifier:LogisticClassifier",
    "LogisticCV": "pellucid.linear.logistic_cv:LogisticCV",
    "SoftmaxClassifier": "pellucid.linear.softmax_classifier:SoftmaxClassifier",
    "SoftmaxCV": "pellucid.linear.softmax_cv:SoftmaxCV",
    "SigmoidsClassifier": "pellucid.linear.sigmoids_classifier:SigmoidsClassifier",
    "NetworkClassifier": "pellucid.networks.estimators.network_classifier:NetworkClassifier",
    "NetworkRegressor": "pellucid.networks.estimators.network_regressor:NetworkRegressor",
    "EncoderDecoder": "pellucid.networks.text.encoder_decoder:EncoderDecoder",
    "NextToken": "pellucid.networks.text.next_token:NextToken",
    "RobustClassifier": "pellucid.networks.adversarial.robust_classifier:RobustClassifier",
    "Dense": "pellucid.networks.layers.dense:Dense",
    "Flatten": "pellucid.networks.layers.flatten:Flatten",
    "Unflatten": "pellucid.networks.layers.unflatten:Unflatten",
    "Enlarge": "pellucid.networks.layers.enlarge:Enlarge",
    "Identity": "pellucid.networks.layers.activations:Identity",
    "Step": "pellucid.networks.layers.activations:Step",
    "ReLU": "pellucid.networks.layers.activations:ReLU",
    "LeakyReLU": "pellucid.networks.layers.activations:LeakyReLU",
    "Sigmoid": "pellucid.networks.layers.activations:Sigmoid",
    "Tanh": "pellucid.networks.layers.activations:Tanh",
    "GELU": "pellucid.networks.layers.activations:GELU",
    "Softmax": "pellucid.networks.layers.softmax:Softmax",
    "ConvNetClassifier": "pellucid.networks.estimators.convnet_classifier:ConvNetClassifier",
    "ConvNetRegressor": "pellucid.networks.estimators.convnet_regressor:ConvNetRegressor",
    "Convolution": "pellucid.networks.layers.convolution:Convolution",
    "MaxPool": "pellucid.networks.layers.max_pool:MaxPool",
    "AveragePool": "pellucid.networks.layers.average_pool:AveragePool",
    "MaxBlurPool": "pellucid.networks.layers.max_blur_pool:MaxBlurPool",
    "Dropout": "pellucid.networks.layers.dropout:Dropout",
    "RandomShift": "pellucid.networks.layers.random_shift:RandomShift",
    "InputNoise": "pellucid.networks.layers.input_noise:InputNoise",
    "BatchNorm": "pellucid.networks.layers.batch_norm:BatchNorm",
    "GroupNorm": "pellucid.networks.layers.group_norm:GroupNorm",
    "LayerNorm": "pellucid.networks.layers.layer_norm:LayerNorm",
    "Residual": "pellucid.networks.layers.residual:Residual",
    "Parallel": "pellucid.networks.layers.parallel:Parallel",
    "Graph": "pellucid.networks.layers.graph:Graph",
    "Network": "pellucid.networks.network:Network",
    "SelfAttention": "pellucid.networks.layers.sequences.self_attention:SelfAttention",
    "CrossAttention": "pellucid.networks.layers.sequences.cross_attention:CrossAttention",
    "Embedding": "pellucid.networks.layers.sequences.embedding:Embedding",
    "PositionalCode": "pellucid.networks.layers.sequences.positional_code:PositionalCode",
    "EachPlace": "pellucid.networks.layers.sequences.each_place:EachPlace",
    "Stretch": "pellucid.networks.layers.sequences.each_place:Stretch",
    "TransformerEncoder": "pellucid.networks.layers.sequences.transformer:TransformerEncoder",
    "TransformerDecoder": "pellucid.networks.layers.sequences.transformer:TransformerDecoder",
    "Constant": "pellucid.descent.step_sizes:Constant",
    "Power": "pellucid.descent.step_sizes:Power",
    "Stepped": "pellucid.descent.step_sizes:Stepped",
    "Cosine": "pellucid.descent.step_sizes:Cosine",
}

# Class of before -> class of today, in files that an earlier version wrote.
FORMER_CLASSES = {"ColumnsActivated": "ColumnActivation", "AsRead": "Passthrough"}

# Class -> field or setting of before -> that of today, likewise.
FORMER_FIELDS = {
    "ClusterMachine": {"kept": "used_columns"},
    "Machine": {"known": "training_facts", "lowest": "lower_bound"},
    "RandomShift": {"most": "max_shift"},
    "StrongestMonomials": {"most": "max_features"},
}


def name_of(model: object) -> str:
    """The registered name of a model's class.

    Raises
    ------
    ModelFileError
        If the class is not one that a model file may hold.
    """
    cls = type(model)
    if REGISTRY.get(cls.__name__) != f"{cls.__module__}:{cls.__qualname__}":
        raise ModelFileError(
            f"A model file cannot hold a {cls.__module__}.{cls.__qualname__}: "
            f"it holds only {', '.join(sorted(REGISTRY))}. Use pickle for other objects."
        )
    return cls.__name__


def class_named(name: str) -> type[Any]:
    """The class registered under `name`; a file can name no other."""
    name = FORMER_CLASSES.get(name, name)
    if name not in REGISTRY:
        raise ModelFileError(
            f"The model file names a class {name!r} that this version of Pellucid does not know. "
            "It may come from a newer version, or not be a Pellucid model."
        )
    module, _, attribute = REGISTRY[name].partition(":")
    found: type[Any] = getattr(import_module(module), attribute)
    return found
