"""Tests that open pages in a real browser: `pytest -m browser`, with Debian's chromium and chromium-driver installed."""
