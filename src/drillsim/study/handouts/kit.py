"""The kit for a real drill, as files: the page to print, its lists, the sealed prediction, and observed.csv to fill in."""

from __future__ import annotations

from drillsim.record.predictions.observed_times import OBSERVED, template
from drillsim.report.drill_kit.kit import kit_of
from drillsim.report.drill_kit.page import evaluation_csv, events_csv, kit_page
from drillsim.study.handouts.prediction import PREDICTION, Prediction, predict
from drillsim.study.results import Results

PAGE, EVENTS, EVALUATION = "kit.html", "events.csv", "evaluation.csv"


def kit_files(results: Results, scenario: str, mix: str) -> tuple[dict[str, bytes], Prediction]:
    """Return the files of the kit of one scenario with a staffing, by name, and the prediction that is among them.

    Raises ResultError for results without their study.
    """
    prediction = predict(results, scenario, mix)
    study = results.study
    assert study is not None
    place = [one.name for one in study.scenarios].index(scenario)
    kit = kit_of(
        study.scenarios[place], study.plan_of(place), prediction.bands, staffing=results.outline.label(mix),
        drills=results.outline.runs, seal=prediction.seal,
    )  # fmt: skip
    rows = ((*band.key, band.what) for band in kit.bands)
    files = {
        PAGE: kit_page(kit),
        EVENTS: events_csv(kit),
        EVALUATION: evaluation_csv(kit),
        OBSERVED: template(rows),
        PREDICTION: prediction.content,
    }
    return files, prediction


__all__ = ["PAGE", "kit_files"]
