"""How often the intervals of a study cover: thousands of small studies resampled from thousands of drills.

Run `PYTHONPATH=src:tools python -m coverage_table --out FOLDER`. Each scenario is played many times with every mix of its file,
once: these drills, with the known law of presence, are the truth. Studies of 30, 100 and 200 drills are then drawn from it: who is
on campus is drawn by its law, rare states are added as a study adds them, and each drill is one of the played ones in the same
state. Their intervals are those of the comparison, computed for all studies at once; `tests/test_coverage_table.py` holds them
equal to those of the package.
"""
