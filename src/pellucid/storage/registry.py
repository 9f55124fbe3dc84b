"""The classes a model file may hold: name -> "module:Class". Nothing else is ever imported.

Notes: Def 19
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pellucid.errors import ModelFileError

REGISTRY: dict[str, str] = {
    "Machine": "pellucid.evaluation.machine:Machine",
    "ClusterMachine": "pellucid.evaluation.cluster_machine:ClusterMachine",
    "ImageMachine": "pellucid.evaluation.image_machine:ImageMachine",
    "Framing": "pellucid.data.framing:Framing",
    "GenerativeAdversarialPair": "pellucid.autoencoders.adversarial_pair:GenerativeAdversarialPair",
    "LinearAutoencoder": "pellucid.autoencoders.linear_autoencoder:LinearAutoencoder",
    "Autoencoder": "pellucid.autoencoders.autoencoder:Autoencoder",
    "DenoisingAutoencoder": "pellucid.autoencoders.denoising:DenoisingAutoencoder",
    "VariationalAutoencoder": "pellucid.autoencoders.variational:VariationalAutoencoder",
    "FewLabelClassifier": "pellucid.autoencoders.few_labels:FewLabelClassifier",
    "ReconstructionLoss": "pellucid.autoencoders.reconstruction_loss:ReconstructionLoss",
    "CodeSample": "pellucid.autoencoders.code_sample:CodeSample",
    "ColumnsActivated": "pellucid.autoencoders.columns_activated:ColumnsActivated",
    "EncodingMachine": "pellucid.evaluation.encoding_machine:EncodingMachine",
    "TableEncoder": "pellucid.data.encoder:TableEncoder",
    "KMeans": "pellucid.clusters.k_means:KMeans",
    "HierarchicalClusters": "pellucid.clusters.hierarchical:HierarchicalClusters",
    "ClusterThenModel": "pellucid.clusters.cluster_then_model:ClusterThenModel",
    "PolynomialBasis": "pellucid.features.polynomial:PolynomialBasis",
    "BinaryCode": "pellucid.features.binary_code:BinaryCode",
    "Bins": "pellucid.features.bins:Bins",
    "Center": "pellucid.features.standardize:Center",
    "Dates": "pellucid.features.dates:Dates",
    "FactoredCode": "pellucid.features.factored_code:FactoredCode",
    "NumericCode": "pellucid.features.numeric_code:NumericCode",
    "OneHotCode": "pellucid.features.one_hot:OneHotCode",
    "Standardize": "pellucid.features.standardize:Standardize",
    "ThermometerCode": "pellucid.features.thermometer:ThermometerCode",
    "RadialBasis": "pellucid.features.radial:RadialBasis",
    "RadiusFeature": "pellucid.features.radius:RadiusFeature",
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
    "NetworkClassifier": "pellucid.networks.network_classifier:NetworkClassifier",
    "NetworkRegressor": "pellucid.networks.network_regressor:NetworkRegressor",
    "NextToken": "pellucid.networks.next_token:NextToken",
    "RobustClassifier": "pellucid.networks.robust_classifier:RobustClassifier",
    "Dense": "pellucid.networks.dense:Dense",
    "Flatten": "pellucid.networks.flatten:Flatten",
    "Unflatten": "pellucid.networks.unflatten:Unflatten",
    "Enlarge": "pellucid.networks.enlarge:Enlarge",
    "Identity": "pellucid.networks.activations:Identity",
    "Step": "pellucid.networks.activations:Step",
    "ReLU": "pellucid.networks.activations:ReLU",
    "LeakyReLU": "pellucid.networks.activations:LeakyReLU",
    "Sigmoid": "pellucid.networks.activations:Sigmoid",
    "Tanh": "pellucid.networks.activations:Tanh",
    "GELU": "pellucid.networks.activations:GELU",
    "Softmax": "pellucid.networks.softmax:Softmax",
    "ConvNetClassifier": "pellucid.networks.convnet_classifier:ConvNetClassifier",
    "ConvNetRegressor": "pellucid.networks.convnet_regressor:ConvNetRegressor",
    "Convolution": "pellucid.networks.convolution:Convolution",
    "MaxPool": "pellucid.networks.max_pool:MaxPool",
    "AveragePool": "pellucid.networks.average_pool:AveragePool",
    "MaxBlurPool": "pellucid.networks.max_blur_pool:MaxBlurPool",
    "Dropout": "pellucid.networks.dropout:Dropout",
    "InputNoise": "pellucid.networks.input_noise:InputNoise",
    "BatchNorm": "pellucid.networks.batch_norm:BatchNorm",
    "LayerNorm": "pellucid.networks.layer_norm:LayerNorm",
    "Residual": "pellucid.networks.residual:Residual",
    "Parallel": "pellucid.networks.parallel:Parallel",
    "Graph": "pellucid.networks.graph:Graph",
    "Network": "pellucid.networks.network:Network",
    "SelfAttention": "pellucid.networks.self_attention:SelfAttention",
    "CrossAttention": "pellucid.networks.cross_attention:CrossAttention",
    "Embedding": "pellucid.networks.embedding:Embedding",
    "PositionalCode": "pellucid.networks.positional_code:PositionalCode",
    "EachPlace": "pellucid.networks.each_place:EachPlace",
    "Stretch": "pellucid.networks.each_place:Stretch",
    "TransformerEncoder": "pellucid.networks.transformer:TransformerEncoder",
    "TransformerDecoder": "pellucid.networks.transformer:TransformerDecoder",
    "Constant": "pellucid.descent.step_sizes:Constant",
    "Power": "pellucid.descent.step_sizes:Power",
    "Stepped": "pellucid.descent.step_sizes:Stepped",
    "Cosine": "pellucid.descent.step_sizes:Cosine",
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
    if name not in REGISTRY:
        raise ModelFileError(
            f"The model file names a class {name!r} that this version of Pellucid does not know. "
            "It may come from a newer version, or not be a Pellucid model."
        )
    module, _, attribute = REGISTRY[name].partition(":")
    found: type[Any] = getattr(import_module(module), attribute)
    return found
