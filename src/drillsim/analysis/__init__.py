"""Measures, estimators and paired comparison."""
