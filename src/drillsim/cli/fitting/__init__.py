"""Shipped scenarios and mixes fitted to a plan: names that it lacks are replaced by ones that it has."""

from drillsim.cli.fitting.fit import Substitution, fitted_scenario, texts_for

__all__ = ["Substitution", "fitted_scenario", "texts_for"]
