"""Portfolios: how often each incident happens in a year, the expected line of each mix, and what the best mix hangs on."""
