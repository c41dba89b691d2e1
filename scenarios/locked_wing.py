"""What if a wing of the school were kept behind locked doors? The same drills on the plan as it is and as it might be.

What it shows: a what-if on the building. A plan is frozen data: `ds.vary` makes a changed copy, checked like a file, and
since a drill's random numbers hang on ids, both plans meet the same drills.
What to expect: a fight in a hall of the wing. Staff with keys lose some ten seconds at the doors, now and then
twenty; police are let in by the front office's card and lose four. So the locked doors cost little beside the minutes
that lie between one staffing and the next. The differences are paired, drill by drill: their spread comes from the
lock, not from the day.

Run it with `python scenarios/locked_wing.py [RUNS]`; 40 runs per mix take some seconds.
"""

import sys
from pathlib import Path

import drillsim as ds

HERE = Path(__file__).parent
WING = {"hall-west-3-0", "hall-west-3-1", "stair-c-0", "stair-c-1"}
PLACE = "hall-west-3-0"


def locked(plan: ds.FloorPlan, wing: set[str]) -> ds.FloorPlan:
    """Return the plan with a locked pair of doors wherever one walks into the wing from the rest of the building."""

    halls = {space.id for space in plan.spaces if space.is_circulation} - wing
    lock = {"kind": "door", "lock": "key", "locked": "both"}
    borders = [o.id for o in plan.openings if wing.intersection(o.spaces) and halls.intersection(o.spaces)]
    return ds.vary(plan, {f"openings.{id_}.{key}": value for id_ in borders for key, value in lock.items()})


def main(runs: int) -> None:
    """Play the drills on both plans and print the paired differences."""
    plan = ds.read_plan(HERE / "../floorplans/doe_secondary.yaml")
    mixes = ds.read_mixes(HERE / "mixes.yaml")
    drill = ds.vary(ds.read_scenario(HERE / "fight.yaml").with_override("in-a-hall"), {"incidents.main.where": PLACE})

    changed = locked(plan, WING)
    doors = [new.label for old, new in zip(plan.openings, changed.openings, strict=True) if new != old]
    print(f"A fight in {plan.label_of(PLACE)}. Locked: {'; '.join(doors)}.\n")

    rows = {}
    for name, building in (("open", plan), ("locked", changed)):
        results = ds.run(ds.Study(drill, building, mixes, runs=runs, seed=1))
        rows[name] = results.runs.set_index(["mix", "replication"])["able_on_scene_s"]

    print(f"{'able to act, seconds':<26}{'open':>8}{'locked':>8}{'later by':>10}{'in 9 of 10 at most':>20}")
    later = rows["locked"] - rows["open"]
    for mix in mixes:
        of = [series.loc[mix].dropna() for series in (rows["open"], rows["locked"], later)]
        print(
            f"{mixes[mix].label:<26}{of[0].mean():>8.0f}{of[1].mean():>8.0f}{of[2].mean():>10.1f}{of[2].quantile(0.9):>20.1f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
