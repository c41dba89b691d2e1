"""More staff is not slower: one more unit added to every shipped mix, over all shipped drills, with a cause for each delay.

Run `PYTHONPATH=src:tools python -m more_staff --drills 400`. Every role that a mix may list is added at three posts to
every shipped mix, and plays the same random drills as the mix without it. The table gives, by measure, whether any mean is
judged slower (paired t, Holm over the measure's additions, 1 %), and how many single drills are later, by cause.
"""
