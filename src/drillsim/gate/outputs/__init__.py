"""Outputs of a gate: words for people, JSON, JUnit, Markdown, and what GitHub Actions reads."""
