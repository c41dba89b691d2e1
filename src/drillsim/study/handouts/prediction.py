"""The prediction of a real drill: bands of its intervals with the hashes of what they follow from, sealed in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from drillsim.analysis.prediction.bands import Band, bands_of, exit_bands, room_band
from drillsim.analysis.prediction.observed import JudgedTime, judge
from drillsim.documents.files import read_bounded, shown
from drillsim.engine.simulate import simulate
from drillsim.errors import Fault, ResultError, closest
from drillsim.record import events as ev
from drillsim.record.predictions.observed_times import read_observed
from drillsim.record.predictions.sealed import MOST_BYTES, opened, sealed, short_seal
from drillsim.record.store import installed_version
from drillsim.study.rerun import read_study
from drillsim.study.results import Results, read_results

PREDICTION = "prediction.json"
MARK = "drillsim_prediction"
ROOM_DRILLS = 20
"""Drills that are played again for the band of one room, which no row holds."""


@dataclass(frozen=True)
class Prediction:
    """Bands of the intervals of one scenario with one staffing, and what they follow from."""

    data: Mapping[str, Any]
    """What the file holds, without its seal."""

    @property
    def bands(self) -> list[Band]:
        """The bands, by when half of the drills were there."""
        return [Band(**one) for one in self.data["bands"]]

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return sealed(self.data)

    @property
    def seal(self) -> str:
        """The hash as it is printed."""
        return short_seal(self.content)

    def judge(self, path: Path | str) -> list[JudgedTime]:
        """Return the times of an `observed.csv` beside their bands. Raises ResultError with a located fault for every bad line."""
        return judge(read_observed(path), self.bands, horizon_s=float(self.data["horizon_s"]))


def results_of(folder: Path | str) -> Results:
    """Return the results of a folder with the study that made them. Raises ResultError where it holds none, or was changed."""
    study = read_study(folder)
    return replace(read_results(folder), study=study)


def scenario_of(results: Results, name: str = "") -> str:
    """Return the scenario that is asked for, or the only drill that is no variant of another; raises ResultError for none or several."""
    lines = results.outline.scenarios
    drills = [n for n, line in lines.items() if not line.day and (line.of or n) == n]
    if name:
        if name not in drills:
            raise ResultError(f"the study has no drill called '{name}'.{closest(name, drills)}")
        return name
    bases = [n for n in drills if not lines[n].changes]
    if len(bases) != 1:
        told = ", ".join(f"'{n}'" for n in drills) or "none"
        raise ResultError(f"name one drill of this study with --scenario: {told}")
    return bases[0]


def mix_of(results: Results, name: str = "") -> str:
    """Return the staffing that is asked for, or the present one. Raises ResultError for an unknown name."""
    if name and name not in results.outline.mixes:
        raise ResultError(f"the study has no mix called '{name}'.{closest(name, results.outline.mixes)}")
    return name or results.outline.present


def predict(results: Results, scenario: str, mix: str) -> Prediction:
    """Return the prediction of a scenario with a staffing. Raises ResultError for results without their study."""
    study = results.study
    if study is None:
        raise ResultError("a prediction needs the study that was played; read its folder with `results_of`")
    outline = results.outline
    place = [one.name for one in study.scenarios].index(scenario)
    drill = study.scenarios[place]
    onset_s = drill.incidents[drill.protected].at
    bands = bands_of(results, scenario, mix)
    bands += exit_bands(results.ways, scenario, mix, dict(results.place_names), onset_s=onset_s)
    room = room_band(_room_times(results, scenario, mix))
    bands += [room] if room else []
    hashes = study.hashes()
    of_scenario = hashes["scenarios"]
    assert isinstance(of_scenario, dict)
    return Prediction(
        {
            MARK: 1,
            "school": study.plan_of(place).name,
            "scenario": {"name": scenario, "title": outline.title(scenario)},
            "staffing": {"name": mix, "label": outline.label(mix)},
            "drills": outline.runs,
            "seed": outline.seed,
            "horizon_s": outline.scenarios[scenario].horizon_s,
            "bands": [asdict(band) for band in bands],
            "inputs_sha256": {
                **{k: v for k, v in hashes.items() if k != "scenarios"},
                "scenario": of_scenario[scenario],
            },
            "drillsim": installed_version("drillsim"),
        }
    )


def _room_times(results: Results, scenario: str, mix: str) -> list[float | None]:
    """Return, for each occupied lockable room of the first drills, the time from the order until it was secured; None if never."""
    runs, study = results.runs, results.study
    assert study is not None
    mine = runs[(runs["scenario"] == scenario) & (runs["mix"] == mix) & (runs["status"] == "done")]
    if not (mine["secured_all_status"].isin(["reached", "not-reached"])).any():
        return []
    place = [one.name for one in study.scenarios].index(scenario)
    drill, plan, staffing = study.scenarios[place], study.plan_of(place), study.mixes_of(place)[mix]
    found: list[float | None] = []
    for replication in range(min(ROOM_DRILLS, study.runs)):
        events = simulate(drill, plan, staffing, seed=study.seed, replication=replication).events
        order = next((e.time_s for e in events if e.what == ev.ORDER), None)
        secured = {e.where or e.who: e.time_s for e in events if e.what == ev.SECURED}
        rooms = [e.where or e.who for e in events if e.what == ev.LOCKABLE]
        if order is not None:
            found += [secured[room] - order if room in secured else None for room in rooms]
    return found


def read_prediction(path: Path | str, printed: str | None = None) -> Prediction:
    """Return a sealed prediction.

    printed
        The hash that the kit shows; None to look only at the seal inside.

    Raises ResultError DS603 when the file is not as it was sealed, or is not the printed one.
    """
    place = Path(path)
    name = shown(place)

    def refuse(code: str, message: str) -> ResultError:
        return ResultError(faults=[Fault(code, name, 0, 0, message)])

    data = opened(read_bounded(place, MOST_BYTES, refuse, missing="there is no such file"), name, printed)
    try:
        one = Prediction(data)
        if data[MARK] != 1 or not one.bands or float(data["horizon_s"]) <= 0:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise refuse("DS603", "it is sealed, but it is no prediction of drillsim") from None
    return one


__all__ = ["PREDICTION", "Prediction", "mix_of", "predict", "read_prediction", "results_of", "scenario_of"]
