"""Ranking and selection of mixes on common random numbers: pure statistics on differences of pairs, and what money buys by them."""
