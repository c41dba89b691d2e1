"""Ranking and selection of mixes on common random numbers: pure statistics on differences of pairs, no drills and no files."""
