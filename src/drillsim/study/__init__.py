"""Scenarios x mixes x replications."""
