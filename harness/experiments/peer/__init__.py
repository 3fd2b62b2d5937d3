"""Experiment ``peer``: estimators of scikit-learn, independent of our own implementations."""
