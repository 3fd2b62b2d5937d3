"""Estimators of scikit-learn as independent answers."""
