"""Measures, quantiles and paired comparison."""
