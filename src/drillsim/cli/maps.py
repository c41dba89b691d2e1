"""Maps of the plan coloured by travel time, as files for a results folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from drillsim.escape import one_line

if TYPE_CHECKING:
    from drillsim.coverage.coverage import Coverage
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.kinds import Kind
    from drillsim.scenario.staffing import Mix
    from drillsim.scenario.vocabulary import Place

NOTE = "Fastest times on foot in an empty building with every key at hand; nothing is simulated."


def reach_map(coverage: Coverage, name: str, *, whose: str = "", mark: str = "") -> dict[str, bytes]:
    """Return the map of least times from the nearest post (the nearest entry where a plan has no posts).

    whose
        Whose posts they are, for the title; the plan's own if empty.
    """
    from drillsim.quantities import clock
    from drillsim.report.chart_style import image
    from drillsim.report.plan_figure import plot_plan

    posts = [o.label for o in coverage.origins if o.kind == "post"]
    kind = "post" if posts else "entry"
    values = coverage.nearest_s("post" if posts else "entry")
    nearest = f"the nearest of {', '.join(posts)}" if len(posts) > 1 else f"the post '{posts[0]}'" if posts else ""
    start = whose or nearest or "the nearest entry"
    title = f"{coverage.plan.name}: time to reach every space from {start}"
    slowest = sorted(values, key=lambda s: -values[s])[:5]
    told = ", ".join(f"{coverage.plan.label_of(s)} {clock(values[s])}" for s in slowest if values[s] < float("inf"))
    note = f"{NOTE} {one_line(coverage.plan.provenance.caution)}".rstrip()
    figure = plot_plan(coverage.plan, values, label=f"time from the nearest {kind}", title=title, note=note)
    caption = f"{note} Slowest: {told}."
    return {
        f"{name}.{form}": image(figure, form, title=title, description=caption, mark=mark) for form in ("png", "svg")
    }


def mix_map(plan: FloorPlan, mix: Mix, kinds: Iterable[Kind] = (), *, mark: str = "") -> dict[str, bytes]:
    """Return the map of least times from the posts and patrol stops of a mix, or from the plan's posts if it has none.

    kinds
        Of the incidents that are played: where roles stay away from one, a second map starts from those who go.
    """
    from drillsim.coverage.assess import assess

    posts, label = posts_of(plan, mix), mix.label or mix.name
    whose = f"the posts and patrol stops of '{label}'" if posts else ""
    found = reach_map(assess(plan, posts=posts or None), "figures/plan-reach", whose=whose, mark=mark)
    for kind in dict.fromkeys(kind for kind in kinds if not kind.may_approach):
        own = posts_of(plan, mix, kind)
        if own and own != posts:
            told = f"the posts of those of '{label}' who go to a {kind.label}"
            return found | reach_map(assess(plan, posts=own), f"figures/plan-reach-{kind.name}", whose=told, mark=mark)
    return found


def posts_of(plan: FloorPlan, mix: Mix, kind: Kind | None = None) -> list[str]:
    """Return the posts and patrol stops of a mix, for a kind of incident only of those who do not stay away from it."""
    units = [u for u in mix.units if kind is None or mix.role(u).word(kind) != "stays-away"]
    return list(dict.fromkeys(place_id(plan, p) for u in units for p in (*([u.post] if u.post else []), *u.patrol)))


def place_id(plan: FloorPlan, place: Place) -> str:
    """Return the id of a place; the first space of its use where it names a use."""
    if isinstance(place, str):
        return place
    return next(s.id for s in plan.spaces if s.use == place["use"])
