"""Compare six staffings on three kinds of drill, on the same random drills, from Python.

What it shows: the whole line in a few calls: read, run, compare, and a goal of your own with pandas.
What to expect: three tables of mixes, each with the mean time until somebody able to act is there, and its
difference to today's staffing with an interval; drill number 17 is the same drill for every mix, so that differences
are differences of staffing. Then the share of lockdown drills that met three minutes: close to zero without armed
staff. Some differences stay unclear with 40 runs; 400 settle them.

Run it with `python scenarios/compare_staffing.py [RUNS]`; 40 runs per mix take some seconds.
"""

import sys
from pathlib import Path

import drillsim as ds

HERE = Path(__file__).parent
GOAL_S = 180.0


def main(runs: int) -> None:
    """Play the drills and print the tables."""
    plan = ds.read_plan(HERE / "../floorplans/doe_secondary.yaml")
    mixes = ds.read_mixes(HERE / "mixes.yaml")
    drills = [ds.read_scenario(HERE / f"{name}.yaml") for name in ("fight", "unwanted", "lockdown")]

    results = ds.run(ds.Study(drills, plan, mixes, runs=runs, seed=1))
    print(ds.compare(results, measure="able_on_scene_s"))

    lockdown = results.runs[results.runs["scenario"] == "lockdown"]
    met = (lockdown["able_on_scene_s"] <= GOAL_S).groupby(lockdown["mix"], sort=False).mean()
    print(f"\nLockdown drills with somebody able to act within {GOAL_S / 60:g} minutes:")
    for name, share in met.items():
        print(f"  {mixes[name].label:<24}{share:>5.0%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
