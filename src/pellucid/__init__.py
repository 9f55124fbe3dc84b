"""Pellucid: machine learning you can see through.

Names are imported when first used, so that `import pellucid` stays light.
"""

from __future__ import annotations

from pellucid.lazy import lazy_names

__version__ = "0.1.0"

# Public name -> the module it lives in.
HOMES: dict[str, str] = {
    "accuracy": "pellucid.evaluation.training_and_test",
    "Autoencoder": "pellucid.autoencoders.autoencoder",
    "adversarial_example": "pellucid.networks.adversarial.adversarial_examples",
    "BinaryCode": "pellucid.features.binary_code",
    "Bins": "pellucid.features.bins",
    "Center": "pellucid.features.standardize",
    "BagOfWords": "pellucid.features.bag_of_words",
    "check_assumptions": "pellucid.evaluation.assumptions",
    "choose_code_length": "pellucid.autoencoders.code_length",
    "choose_k": "pellucid.clusters.choosing_k",
    "cluster_table": "pellucid.jobs.cluster.cluster_tables",
    "ClusterThenModel": "pellucid.clusters.cluster_then_model",
    "ConvNetClassifier": "pellucid.networks.estimators.convnet_classifier",
    "ConvNetRegressor": "pellucid.networks.estimators.convnet_regressor",
    "cross_validate": "pellucid.evaluation.cross_validation",
    "Dates": "pellucid.features.dates",
    "DenoisingAutoencoder": "pellucid.autoencoders.denoising",
    "diagnose": "pellucid.evaluation.diagnosis",
    "Explanation": "pellucid.explanation",
    "FactoredCode": "pellucid.features.factored_code",
    "FewLabelClassifier": "pellucid.autoencoders.few_labels",
    "fit_table": "pellucid.jobs.fit.fit_tables",
    "frame": "pellucid.data.framing",
    "GenerativeAdversarialPair": "pellucid.autoencoders.adversarial_pair",
    "HierarchicalClusters": "pellucid.clusters.hierarchical",
    "KMeans": "pellucid.clusters.k_means",
    "learning_curve": "pellucid.evaluation.learning_curves",
    "LeastSquares": "pellucid.linear.least_squares",
    "LinearAutoencoder": "pellucid.autoencoders.linear_autoencoder",
    "LinearClassifier": "pellucid.linear.linear_classifier",
    "load_model": "pellucid.storage",
    "load_torch_weights": "pellucid.exchange.torch_weights",
    "LogisticClassifier": "pellucid.linear.logistic_classifier",
    "LogisticCV": "pellucid.linear.logistic_cv",
    "Machine": "pellucid.jobs.fit.machine",
    "MajorityBaseline": "pellucid.linear.majority_baseline",
    "MeanBaseline": "pellucid.linear.mean_baseline",
    "NearestNeighbor": "pellucid.linear.nearest_neighbor",
    "NearestNeighborClassifier": "pellucid.linear.nearest_neighbor",
    "NearestNeighborRegressor": "pellucid.linear.nearest_neighbor",
    "NextToken": "pellucid.networks.text.next_token",
    "NumericCode": "pellucid.features.numeric_code",
    "OneHotCode": "pellucid.features.one_hot",
    "NetworkClassifier": "pellucid.networks.estimators.network_classifier",
    "NetworkRegressor": "pellucid.networks.estimators.network_regressor",
    "PellucidError": "pellucid.errors",
    "PellucidWarning": "pellucid.errors",
    "PolynomialBasis": "pellucid.features.polynomial",
    "RadialBasis": "pellucid.features.radial",
    "RadiusFeature": "pellucid.features.radius",
    "RandomRegression": "pellucid.linear.random_regression",
    "read_table": "pellucid.data.reading",
    "Ridge": "pellucid.linear.ridge",
    "RidgeCV": "pellucid.linear.ridge_cv",
    "RobustClassifier": "pellucid.networks.adversarial.robust_classifier",
    "save_model": "pellucid.storage",
    "separate": "pellucid.linear.solvers.separability",
    "Separation": "pellucid.linear.solvers.separability",
    "Settings": "pellucid.jobs.fit.fit_result",
    "SigmoidsClassifier": "pellucid.linear.sigmoids_classifier",
    "SoftmaxClassifier": "pellucid.linear.softmax_classifier",
    "SoftmaxCV": "pellucid.linear.softmax_cv",
    "Standardize": "pellucid.features.standardize",
    "suggest_codes": "pellucid.data.suggestions",
    "TableEncoder": "pellucid.data.encoder",
    "test_error": "pellucid.evaluation.training_and_test",
    "ThermometerCode": "pellucid.features.thermometer",
    "training_error": "pellucid.evaluation.training_and_test",
    "to_onnx": "pellucid.exchange.onnx_file",
    "trusted_types": "pellucid.storage.trusted",
    "tune": "pellucid.evaluation.cross_validation",
    "VariationalAutoencoder": "pellucid.autoencoders.variational",
    "validate": "pellucid.evaluation.training_and_test",
}

__all__ = [*HOMES, "__version__"]

__getattr__, __dir__ = lazy_names(__name__, HOMES)
