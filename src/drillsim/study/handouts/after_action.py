"""The draft of an after-action report of a study, as Markdown and, where it can be made, as a Word file."""

from __future__ import annotations

import pandas as pd

from drillsim.analysis.summary import summarise
from drillsim.errors import ResultError
from drillsim.record.store import installed_version
from drillsim.report.after_action.draft import HANDLING, NOT_A_DRILL, AfterAction, draft
from drillsim.report.after_action.markdown import markdown
from drillsim.report.after_action.word import word
from drillsim.study.handouts.named_drills import named_drill
from drillsim.study.results import Results

MARKDOWN, WORD = "aar.md", "aar.docx"


def after_action_files(results: Results, scenario: str, mix: str) -> tuple[dict[str, bytes], str]:
    """Return the files of the draft by name, and why there is no Word file ('' where there is one).

    Raises ResultError for results without their study, or a scenario of which no drill can be told.
    """
    study = results.study
    if study is None:
        raise ResultError("an after-action draft needs the study that was played; read its folder with `results_of`")
    drill = named_drill(results, study, scenario, mix)
    if drill is None:
        raise ResultError(f"'{scenario}': no drill of it has the measure that decides, so there is nothing to tell")
    place = [one.name for one in study.scenarios].index(scenario)
    told = AfterAction(
        results, summarise(results), _named(results), study.scenarios[place], mix, drill, installed_version("drillsim")
    )
    blocks = draft(told)
    files = {MARKDOWN: markdown(blocks)}
    try:
        files[WORD] = word(blocks, mark=HANDLING, note=f"DRAFT. {NOT_A_DRILL}")
    except ResultError as problem:
        return files, str(problem)
    return files, ""


def _named(results: Results) -> pd.DataFrame:
    """Return the table of ways with the names that people know."""
    names = dict(results.place_names)
    ways = results.ways
    return ways.assign(**{c: [names.get(str(v), str(v)) for v in ways[c]] for c in ("way", "direction")})


__all__ = ["MARKDOWN", "WORD", "after_action_files"]
