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
    "Framing": "pellucid.data.framing:Framing",
    "TableEncoder": "pellucid.data.encoder:TableEncoder",
    "KMeans": "pellucid.clusters.k_means:KMeans",
    "HierarchicalClusters": "pellucid.clusters.hierarchical:HierarchicalClusters",
    "ClusterThenModel": "pellucid.clusters.cluster_then_model:ClusterThenModel",
    "PolynomialBasis": "pellucid.features.polynomial:PolynomialBasis",
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
