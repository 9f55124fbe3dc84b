"""scikit-learn estimators over `train`: networks for tables and for images."""
