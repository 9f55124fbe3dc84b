"""Which function writes which estimator; and what cannot be written, with the reason.

Notes: Concept 247
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from pellucid.errors import FramingError
from pellucid.exchange.onnx.graph import OnnxGraph
from pellucid.exchange.onnx.row_parts import FEATURES, Outputs, Part, Rows

# Transformers whose columns the next step may know by name.
NAMED = ("ColumnValues", "TableEncoder")
Converter = Callable[[OnnxGraph, Rows, Any], Outputs]

# Class -> "file:function", loaded when first used: a graph of a ridge needs no network.
CONVERTERS: dict[str, str] = {
    "Autoencoder": "autoencoders:trained_code",
    "BagOfWords": "bag_of_words:bag_of_words",
    "BaseSearchCV": "pipelines:best_found",
    "BinaryCode": "codes:class_code",
    "Bins": "codes:bins",
    "BoostedTreesClassifier": "trees:tree_classes",
    "BoostedTreesRegressor": "trees:tree_sums",
    "ForestClassifier": "trees:tree_chances",
    "ForestRegressor": "trees:tree_sums",
    "Center": "scalers:center",
    "ClusterThenModel": "clusters:model_of_each",
    "ColumnTransformer": "pipelines:column_transformer",
    "ColumnValues": "column_values:column_values",
    "ConvNetClassifier": "networks:network_answers",
    "ConvNetRegressor": "networks:network_answers",
    "CurvesClassifier": "curves:curve_classes",
    "CurvesRegressor": "curves:curve_sums",
    "Dates": "codes:dates",
    "DenoisingAutoencoder": "autoencoders:trained_code",
    "FactoredCode": "codes:factored_code",
    "FeatureUnion": "pipelines:feature_union",
    "FewLabelClassifier": "autoencoders:nearest_label",
    "GenerativeAdversarialPair": "autoencoders:chance_of_real",
    "HierarchicalClusters": "clusters:group_of_tree",
    "KMeans": "clusters:nearest_mean",
    "LeastSquares": "linear:regression",
    "LinearAutoencoder": "autoencoders:linear_code",
    "LinearClassifier": "linear:two_classes",
    "LogisticCV": "linear:two_classes",
    "LogisticClassifier": "linear:two_classes",
    "MajorityBaseline": "baselines:majority",
    "MeanBaseline": "baselines:mean",
    "NearestNeighbor": "neighbors:chosen_machine",
    "NearestNeighborClassifier": "neighbors:vote",
    "NearestNeighborRegressor": "neighbors:average",
    "NetworkClassifier": "networks:network_answers",
    "NetworkRegressor": "networks:network_answers",
    "NumericCode": "codes:class_code",
    "OneHotCode": "codes:class_code",
    "Pipeline": "pipelines:pipeline",
    "PolynomialBasis": "bases:polynomial",
    "RadialBasis": "bases:radial",
    "RadiusFeature": "bases:radius",
    "RandomRegression": "linear:regression",
    "Ridge": "linear:regression",
    "RidgeCV": "linear:regression",
    "RobustClassifier": "networks:robust_classifier",
    "SigmoidsClassifier": "linear:sigmoids",
    "SoftmaxCV": "linear:several_classes",
    "SoftmaxClassifier": "linear:several_classes",
    "Standardize": "scalers:standardize",
    "StrongestMonomials": "bases:strongest_monomials",
    "TableEncoder": "table_encoder:table_encoder",
    "ThermometerCode": "codes:class_code",
    "TransformedTarget": "linear:transformed_target",
    "VariationalAutoencoder": "autoencoders:trained_code",
    "WeightedAverageClassifier": "averages:of_chances",
    "WeightedAverageRegressor": "averages:of_amounts",
}
OTHERS = "other_packages:of_another_package"  # what writes estimators of other packages
REFUSALS: dict[str, str] = {
    "EncoderDecoder": "it writes a word at a time by a loop, which no graph of operators is; its "
    "network alone converts: to_onnx(model.network_, path, params=model.params_)",
    "NextToken": "it writes text by a loop of random draws, which no graph of operators is; its "
    "network alone converts: to_onnx(model.network_, path, params=model.params_)",
}
# Settings of a class that converts which keep one fitted estimator of it from being written.
REFUSED_SETTINGS: dict[str, str] = {
    "BagOfWords(n_buckets=…)": "buckets are hashes of words, which ONNX has no operator for; learn "
    "a vocabulary instead (n_buckets=None)",
    "BagOfWords(token_pattern=…)": "a pattern of your own is a regular expression of Python, which "
    "the runtime does not read alike; keep token_pattern=None",
    "FactoredCode(splitter=…)": "the splitter is a function in Python; give a delimiter instead",
    "RadialBasis(metric=…)": "graphs have the distances sqeuclidean, euclidean, cityblock and "
    "chebyshev; take one of these",
}


def converter_of(model: Any) -> Converter | None:
    """The function that writes a model; None for a class of another package.

    Raises
    ------
    FramingError
        For a class that cannot be written, with the reason.

    Notes: Concept 247
    """
    for cls in type(model).__mro__:
        if not cls.__module__.startswith(("pellucid.", "sklearn.")):
            continue
        if cls.__name__ in REFUSALS:
            raise FramingError(f"{cls.__name__} has no ONNX export: {REFUSALS[cls.__name__]}.")
        if cls.__name__ in CONVERTERS:
            return _function(CONVERTERS[cls.__name__])
    return None


def _function(place: str) -> Converter:
    file, _, name = place.partition(":")
    found: Converter = getattr(import_module(f"pellucid.exchange.onnx.{file}"), name)
    return found


def refused_setting(key: str) -> FramingError:
    """The refusal of a setting, by its name in the table."""
    return FramingError(f"{key} has no ONNX export: {REFUSED_SETTINGS[key]}.")


def outputs_of(graph: OnnxGraph, rows: Rows, model: Any) -> Outputs:
    """What a fitted model gives for rows, as named results of the graph.

    Raises
    ------
    FramingError
        When the model cannot be written.

    Notes: Concept 247
    """
    from sklearn.utils.validation import check_is_fitted

    if hasattr(model, "fit"):
        check_is_fitted(model)
    convert = converter_of(model)
    return (convert or _function(OTHERS))(graph, rows, model)


def features_of(graph: OnnxGraph, rows: Rows, model: Any) -> Rows:
    """What a fitted transformer hands on to the next step.

    Raises
    ------
    FramingError
        When the model is no transformer, or cannot be written.

    Notes: Concept 247
    """
    found = outputs_of(graph, rows, model)
    name = next((name for name in FEATURES if name in found), None)
    if name is None:
        raise FramingError(
            f"{type(model).__name__} hands nothing on to a next step: it has no transform."
        )
    result, _, shape = found[name]
    own = type(model).__name__
    if own not in NAMED:
        return Rows.of(result, shape[0])
    return Rows((Part(result, tuple(model.get_feature_names_out()), places=own == "ColumnValues"),))
