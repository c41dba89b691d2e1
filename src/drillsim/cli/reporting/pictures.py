"""The pictures of a study as files of its results folder: those for inside, and those that the public may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan
    from drillsim.study.design import Study
    from drillsim.study.results import Results

PUBLIC_FOLDER = "figures-public"
"""Folder of the pictures that the public may see, in the results folder."""


def internal_pictures(results: Results) -> dict[str, bytes]:
    """Return all charts of a study, marked as internal."""
    from drillsim.report.study_figures import Marking, draw_all
    from drillsim.report.ways_figures import draw_ways

    mark = f"INTERNAL · {results.study.plan.name}" if results.study else "INTERNAL"
    return {**draw_all(results, marking=Marking(mark)), **draw_ways(results, mark=mark)}


def public_pictures(results: Results, study: Study) -> dict[str, bytes]:
    """Return the charts that tell nothing of plan, places, posts, cameras, locks, routes and uncovered time, marked as public."""
    from drillsim.report.page.redaction import KEPT_FROM_PUBLIC, PublicResults
    from drillsim.report.study_figures import Marking, draw_all

    told = PublicResults(results, plans_of(study))
    mark = f"PUBLIC · {told.hide(study.plan.name)}"
    return draw_all(told, marking=Marking(mark, PUBLIC_FOLDER, KEPT_FROM_PUBLIC, told.hide))


def plans_of(study: Study) -> list[FloorPlan]:
    """Return the plan of a study and those of its variants."""
    return [study.plan, *(one.plan for one in study.variants if one.plan is not None)]
