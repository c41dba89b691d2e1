"""Every figure of a results folder again, from its rows alone: `python tests/recompute.py FOLDER` tells the cells that differ.

Reads `runs.csv` and the design in `manifest.json`, and imports nothing of drillsim: textbook formulas over pandas groups, limits of
shares from beta quantiles, quantiles by looking at every time, states of presence by listing all of them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
RARE, FEWEST, TIE, FEWEST_PAIRS = 0.01, 3, 1e-3, 6
OUTCOMES_OF_STAFFING = {"police_called_s", "backup_called_s", "police_at_entry_s", "police_met_s", "police_on_scene_s"}
Law = Mapping[str, Any]


# ------------------------------------------------------------------ presence


def all_states(laws: Sequence[Law]) -> dict[tuple[str, ...], float]:
    """Return the probability of every joint state of some mixes, in words."""
    ids = sorted({unit for law in laws for unit in law["units"]})
    days = next((law["weekdays"] for law in laws if law["weekdays"]), [""])
    cuts = {unit: sorted({0.0, 1.0, *(law["units"][unit] for law in laws if unit in law["units"])}) for unit in ids}
    found: dict[tuple[str, ...], float] = {}
    for day, *spans in product(days, *(list(zip(cuts[u], cuts[u][1:], strict=False)) for u in ids)):
        drawn = {unit: (a + b) / 2 for unit, (a, b) in zip(ids, spans, strict=True)}
        p = float(np.prod([b - a for a, b in spans])) / len(days)
        words = []
        for law in laws:
            away = sorted(unit for unit, chance in law["units"].items() if drawn[unit] > chance)
            text = f"away: {', '.join(away)}" if away else "all here"
            words.append(f"{day}, {text}" if law["weekdays"] else text)
        found[tuple(words)] = found.get(tuple(words), 0.0) + p
    return found


def agrees(text: str, states: tuple[str, ...], laws: Sequence[Law]) -> bool:
    """Return whether a drill forced to this presence may be in this joint state."""
    forced = dict(part.split("=") for part in text.split(", "))
    for words, law in zip(states, laws, strict=True):
        away = set(words.split("away: ")[1].split(", ")) if "away: " in words else set()
        if law["weekdays"] and forced.get("weekday", words.split(",")[0]) != words.split(",")[0]:
            return False
        if any(unit in forced and (forced[unit] == "away") != (unit in away) for unit in law["units"]):
            return False
    return True


def chance_of(text: str, laws: Sequence[Law]) -> float:
    """Return the probability of a forced presence, as far as it concerns these mixes."""
    p = 1.0
    for part in text.split(", "):
        unit, word = part.split("=")
        chances = [law["units"][unit] for law in laws if unit in law["units"]]
        days: list[str] = next((law["weekdays"] for law in laws if law["weekdays"]), [])
        p *= (1 / len(days) if days else 1.0) if unit == "weekday" else 1.0
        p *= (min(chances) if word == "here" else 1 - max(chances)) if chances else 1.0
    return p


def weigh(drills: pd.DataFrame, columns: Sequence[str], laws: Sequence[Law]) -> pd.DataFrame:
    """Return drills with the columns `stratum`, `w` (weight inside it) and `p` (probability of the stratum)."""
    keys = [tuple(str(word).removeprefix("rare: ") for word in row) for row in drills[list(columns)].to_numpy()]
    chances, seen = all_states(laws), pd.Series(keys).value_counts().to_dict()
    own = {key: p for key, p in chances.items() if p >= RARE * (1 - 1e-12) and seen.get(key, 0) >= FEWEST}
    while own and 1 - sum(own.values()) > 1e-12 and len(keys) - sum(seen[key] for key in own) < FEWEST:
        del own[min(own, key=lambda key: (own[key], key))]
    left = max(0.0, 1 - sum(own.values()))
    forced = Counter[str](drills["forced"].tolist())
    n = float(forced.pop("", 0))

    def one(key: tuple[str, ...]) -> float:
        more = [m / chance_of(text, laws) for text, m in forced.items() if agrees(text, key, laws)]
        return 1.0 / (n + sum(more))

    weight = [1.0 if key in own else one(key) for key in keys]
    rest = sum(w for key, w in zip(keys, weight, strict=True) if key not in own)
    left = left if rest >= left / 2 or rest == 0 else rest
    whole = sum(own.values()) + (left if left > 1e-12 else 0.0)
    return drills.assign(
        stratum=[" / ".join(key) if key in own else "rest" for key in keys], w=weight,
        p=[own.get(key, left) / whole for key in keys],
    )  # fmt: skip


# ------------------------------------------------------------------ estimators


class Weighed:
    """Values with stratum, weight and probability; `drill` says which belong to one drill or day."""

    def __init__(self, values: pd.DataFrame, drills: pd.DataFrame, *, is_day: bool) -> None:
        drills = drills.assign(has=drills["drill"].isin(values["drill"]))
        held = (
            drills.assign(wh=drills["w"] * drills["has"])
            .groupby("stratum")
            .agg(p=("p", "first"), w=("w", "sum"), wh=("wh", "sum"))
        )
        held = held[held["wh"] > 0]
        share = held["p"] * (1.0 if is_day else held["wh"] / held["w"])
        self.share = (share / share.sum()).to_dict()
        self.rows, self.is_day = values.merge(drills[["drill", "stratum", "w"]], on="drill"), is_day
        self.of = {stratum: np.flatnonzero(self.rows["stratum"] == stratum) for stratum in self.share}
        self.place: dict[Any, tuple[NDArray[np.int64], Floats]] = {}
        for stratum, mine in self.of.items():
            _, first, place = np.unique(
                self.rows["drill"].to_numpy(dtype=str)[mine], return_index=True, return_inverse=True
            )
            self.place[stratum] = place, self.rows["w"].to_numpy()[mine[first]]

    def mean(self, x: Floats) -> tuple[float, float | None, float | None]:
        """Return mean, standard error and degrees of freedom."""
        mean, parts, shifts = 0.0, [], list[Floats]()
        for stratum, p in self.share.items():
            place, w = self.place[stratum]
            t, c = np.bincount(place, weights=x[self.of[stratum]]), np.bincount(place).astype(float)
            middle, n = float((w * t).sum() / (w * c).sum()), len(c)
            same = len(np.unique(t)) == 1 and len(np.unique(c)) == 1
            # leaving out one drill or day at a time, so another formula than that of the package
            out = np.zeros(n) if n < 2 or same else ((w * t).sum() - w * t) / ((w * c).sum() - w * c) - middle
            v = (n - 1) / n * float((out**2).sum())
            shifts.append(p * out)
            mean += p * middle
            parts.append((p, n, v))
        if sum(n for _, n, _ in parts) < 2:
            return mean, None, None
        widest = max(n * v for _, n, v in parts)
        parts = [(p, n, v if n > 1 else widest) for p, n, v in parts]
        variance = sum(p**2 * v for p, _, v in parts)
        below = sum((p**2 * v) ** 2 / max(1, n - 1) for p, n, v in parts)
        freedom = variance**2 / below if below else float(sum(n for _, n, _ in parts) - len(parts) or 1)
        e = np.concatenate(shifts)
        if self.is_day and (e**2).sum() > 0:
            left = float((e**4).sum() / (e**2).sum() ** 2 - 1 / len(e))
            freedom = min(freedom, max(1.0, 2 / left)) if left > 1e-9 else freedom
        return mean, float(np.sqrt(variance)), freedom

    def shares(self, hits: NDArray[np.bool_], effect: float) -> tuple[Floats, Floats, Floats]:
        """Return, for each column of hits (values, times), the share with its limits."""
        value, below, above = np.zeros(hits.shape[1]), np.zeros(hits.shape[1]), np.zeros(hits.shape[1])
        for stratum, p in self.share.items():
            mine = self.of[stratum]
            w = self.rows["w"].to_numpy()[mine]
            got = (w[:, None] * hits[mine]).sum(axis=0) / w.sum()
            n = w.sum() ** 2 / (w**2).sum() / effect
            k = np.minimum(1.0, got) * n
            low = np.where(k <= 1e-9, 0.0, stats.beta.ppf(0.025, np.maximum(k, 1e-9), n - k + 1))
            high = np.where(n - k <= 1e-9, 1.0, stats.beta.ppf(0.975, k + 1, np.maximum(n - k, 1e-9)))
            value, below, above = value + p * got, below + (p * (got - low)) ** 2, above + (p * (high - got)) ** 2
        return value, value - np.sqrt(below), value + np.sqrt(above)

    def effect(self, hits: NDArray[np.bool_]) -> float:
        """Return the design effect of days as clusters."""
        if not self.is_day:
            return 1.0
        plain = 0.0
        for stratum, p in self.share.items():
            mine = hits[self.of[stratum]]
            plain += p**2 * mine.mean() * (1 - mine.mean()) / mine.size
        error = self.mean(hits.astype(float))[1]
        return max(1.0, error**2 / plain) if plain and error is not None else 1.0

    def quantile(
        self, x: Floats, reached: NDArray[np.bool_], share: float
    ) -> tuple[float | None, float | None, float | None, bool]:
        """Return the quantile, its limits, and whether it lies beyond the horizon."""
        ranked = np.where(reached, x, np.inf)
        times = np.unique(ranked)
        hits = np.column_stack([np.zeros(len(x), dtype=bool), ranked[:, None] <= times])
        value, _, _ = self.shares(hits, 1.0)
        best = int(np.argmax(value >= share - 1e-9))
        _, low, high = self.shares(hits, self.effect(ranked <= times[max(0, best - 1)]))

        def at(passes: NDArray[np.bool_]) -> float | None:
            place = int(np.argmax(passes))
            return float(times[place - 1]) if passes.any() and place > 0 and np.isfinite(times[place - 1]) else None

        return (
            at(value >= share - 1e-9),
            at(high > share),
            at(low >= share),
            bool(best > 0 and np.isinf(times[best - 1])),
        )


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted by Holm."""
    known, out, highest = sorted((p, i) for i, p in enumerate(ps) if p is not None), [None] * len(ps), 0.0
    found: list[float | None] = list(out)
    for place, (p, i) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - place)))
        found[i] = highest
    return found


# ------------------------------------------------------------------ one folder


class Folder:
    """Rows and design of a results folder."""

    def __init__(self, folder: Path) -> None:
        self.rows = pd.read_csv(
            folder / "runs.csv", encoding="utf-8-sig", keep_default_na=False, na_values=[""], dtype={"presence": str}
        )
        self.rows[["forced", "presence"]] = self.rows[["forced", "presence"]].fillna("")
        self.parts: dict[tuple[str, str], pd.DataFrame] = {}
        self.known: dict[tuple[str, ...], pd.DataFrame] = {}
        self.design = json.loads((folder / "manifest.json").read_text("utf-8"))["study"]
        self.summary = json.loads((folder / "summary.json").read_text("utf-8"))

    def finished(self, scenario: str, mix: str) -> pd.DataFrame:
        """Return the rows of a mix that were played to their end, with the drill of each and its order in that."""
        if (scenario, mix) not in self.parts:
            line = self.design["scenarios"][scenario]
            rows = self.rows[(self.rows["scenario"] == (line["of"] or scenario)) & (self.rows["mix"] == mix)]
            if line["incident"]:
                rows = rows[(rows["incident"] == line["incident"]) | (rows["status"] != "done")]
            rows = rows[rows["status"] == "done"]
            rows = rows.assign(drill=rows["forced"] + "#" + rows["replication"].astype(str))
            self.parts[scenario, mix] = rows.assign(order=rows.groupby("drill").cumcount())
        return self.parts[scenario, mix]

    def values(self, scenario: str, mix: str, measure: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the values of a measure (drill, order in it, x, reached), and the finished drills."""
        line = self.design["scenarios"][scenario]
        rows = self.finished(scenario, mix)
        drills = rows.drop_duplicates("drill")[["drill", "forced", "presence"]]
        status = measure.removesuffix("_s") + "_status"
        rows = rows[["drill", "order", "forced", measure, *([status] if status in rows else [])]]
        if status in rows:
            rows = rows[rows[status].isin(["reached", "not-reached"])]
            reached = (rows[status] == "reached").to_numpy()
            x = np.where(reached, np.minimum(rows[measure].astype(float), line["horizon_s"]), line["horizon_s"])
        else:
            rows = rows[rows[measure].notna()]
            reached, x = np.ones(len(rows), dtype=bool), rows[measure].to_numpy(dtype=float)
        return rows[["drill", "order", "forced"]].assign(x=x, reached=reached).reset_index(drop=True), drills

    def kept(
        self, key: tuple[str, ...], drills: pd.DataFrame, columns: Sequence[str], laws: Sequence[Law]
    ) -> pd.DataFrame:
        """Return the weighed drills of one mix or pair, computed once."""
        if key not in self.known:
            self.known[key] = weigh(drills, columns, laws)
        return self.known[key]

    def weighed(self, scenario: str, mix: str, measure: str) -> Weighed:
        """Return the values of one mix with their weights."""
        values, drills = self.values(scenario, mix, measure)
        law = self.design["scenarios"][scenario]["chances"].get(mix, {"units": {}, "weekdays": []})
        return Weighed(
            values,
            self.kept((scenario, mix), drills, ["presence"], [law]),
            is_day=self.design["scenarios"][scenario]["day"],
        )

    def measure(self, scenario: str, mix: str, measure: str) -> dict[str, Any]:
        """Return the figures of one mix in one measure, as summary.json names them."""
        one = self.weighed(scenario, mix, measure)
        x, reached = one.rows["x"].to_numpy(), one.rows["reached"].to_numpy()
        if not len(x):
            none = {"mean": None, "ci95": [None, None], "p50": None, "p90": None, "p90_ci95": [None, None]}
            return {**none, "p90_over_horizon": False, "reached": 0, "runs": 0}
        mean, error, freedom = one.mean(x)
        p90, low, high, over = one.quantile(x, reached, 0.9)
        return {
            "mean": mean, "ci95": limits(mean, error, freedom), "p50": one.quantile(x, reached, 0.5)[0], "p90": p90,
            "p90_ci95": [low, high], "p90_over_horizon": over, "reached": int(reached.sum()), "runs": len(x),
        }  # fmt: skip

    def differences(self, scenario: str, measure: str) -> list[dict[str, Any]]:
        """Return every mix less the present one over the drills of both."""
        present, laws = self.design["present"], self.design["scenarios"][scenario]["chances"]
        found, ps = list[dict[str, Any]](), list[float | None]()
        b, of_b = self.values(scenario, present, measure)
        for mix in self.design["mixes"]:
            if mix == present:
                continue
            a, of_a = self.values(scenario, mix, measure)
            both = of_a.merge(of_b, on=["drill", "forced"], suffixes=("", "_b"))
            pairs = a.merge(b, on=["drill", "order"], suffixes=("", "_b"))
            if not len(pairs):
                ps.append(None)
                none = {"mean_difference": None, "ci95": [None, None], "share_faster": None, "variance_reduction": None}
                found.append({"mix": mix, "versus": present, "measure": measure, **none, "pairs": 0})
                continue
            drills = self.kept((scenario, mix, present), both, ["presence", "presence_b"], [laws[mix], laws[present]])
            one = Weighed(
                pairs[["drill", "order", "x", "x_b"]], drills, is_day=self.design["scenarios"][scenario]["day"]
            )
            d = np.round((one.rows["x"] - one.rows["x_b"]).to_numpy(), 6)
            mean, error, freedom = one.mean(d)
            alone = [one.mean(one.rows[c].to_numpy())[1] or 0.0 for c in ("x", "x_b")]
            p = None
            if error is not None and freedom is not None:
                p = float(2 * stats.t.sf(abs(mean) / error, freedom)) if error else float(mean == 0.0)
            ps.append(p if len(d) >= FEWEST_PAIRS and measure not in OUTCOMES_OF_STAFFING else None)
            gain = (alone[0] ** 2 + alone[1] ** 2) / error**2 if error else None
            found.append({
                "mix": mix, "versus": present, "measure": measure, "mean_difference": mean, "ci95": limits(mean, error, freedom),
                "share_faster": one.mean((d < -TIE).astype(float))[0], "pairs": len(d), "variance_reduction": gain,
            })  # fmt: skip
        return [{**one, "p_holm": p} for one, p in zip(found, holm(ps), strict=True)]

    def met_against_present(self, scenario: str, mix: str, goal: dict[str, Any]) -> list[float | None]:
        """Return the difference of the shares that meet a goal from the present mix, with its limits and p-value."""
        present, line = self.design["present"], self.design["scenarios"][scenario]
        (a, of_a), (b, of_b) = (self.values(scenario, m, goal["measure"]) for m in (mix, present))
        both = of_a.merge(of_b, on=["drill", "forced"], suffixes=("", "_b"))
        pairs = a.merge(b, on=["drill", "order"], suffixes=("", "_b"))
        laws = [line["chances"].get(m, {"units": {}, "weekdays": []}) for m in (mix, present)]
        drills = self.kept((scenario, mix, present), both, ["presence", "presence_b"], laws)
        one = Weighed(pairs[["drill", "order", "x", "x_b", "reached", "reached_b"]], drills, is_day=line["day"])
        rows, n = one.rows, len(one.rows)
        met = [(rows["reached" + k] & (rows["x" + k] <= goal["at_most_s"])).to_numpy() for k in ("", "_b")]
        gap = met[0].astype(float) - met[1].astype(float)
        if len(one.share) == 1 and len(set(rows["w"])) == 1 and not line["day"]:
            up, down = int((gap > 0).sum()), int((gap < 0).sum())
            p12, p21 = (up + 1) / (n + 2), (down + 1) / (n + 2)
            half = stats.norm.ppf(0.975) * np.sqrt((p12 + p21 - (p12 - p21) ** 2) / (n + 2))
            p = float(stats.binomtest(up, up + down).pvalue) if up + down else 1.0
            return [(up - down) / n, max(-1.0, p12 - p21 - half), min(1.0, p12 - p21 + half), p]
        weight, value, middle, variance = np.zeros(n), 0.0, 0.0, 0.0
        for stratum, share in one.share.items():
            mine = one.of[stratum]
            w = rows["w"].to_numpy()[mine]
            weight[mine] = share * w / w.sum()
            size = w.sum() ** 2 / (w**2).sum()
            p12, p21 = ((float(w[sign * gap[mine] > 0].sum() / w.sum()) * size + 1) / (size + 2) for sign in (1, -1))
            value += share * float((w * gap[mine]).sum() / w.sum())
            middle += share * (p12 - p21)
            variance += share**2 * (p12 + p21 - (p12 - p21) ** 2) / (size + 2)
        half = float(stats.norm.ppf(0.975)) * np.sqrt(variance)
        found = [value, max(-1.0, min(value, middle - half)), min(1.0, max(value, middle + half))]
        if line["day"]:
            mean, error, freedom = one.mean(gap)
            found = [mean, *limits(mean, error, freedom)]
        each = pd.Series(weight * gap).groupby(rows["drill"].to_numpy()).sum().to_numpy()
        each = each[np.abs(each) > 1e-12]
        if len(each) > 12:
            return [*found, float(2 * stats.norm.sf(abs(each.sum()) / np.sqrt((each**2).sum())))]
        sums = np.array([0.0])
        for size in np.abs(each):  # both signs of every drill
            sums = np.concatenate([sums - size, sums + size])
        return [*found, float((np.abs(sums) >= abs(each.sum()) - 1e-12).mean())]

    def goals(self, scenario: str) -> Iterator[dict[str, Any]]:
        """Yield the share of every mix that meets each goal, the verdict, and McNemar against the present mix."""
        for goal in self.design["scenarios"][scenario]["goals"]:
            told = []
            for mix in self.design["mixes"]:
                one = self.weighed(scenario, mix, goal["measure"])
                hits = (one.rows["reached"] & (one.rows["x"] <= goal["at_most_s"])).to_numpy()
                value, low, high = (float(x[0]) for x in one.shares(hits[:, None], one.effect(hits)))
                low, high = max(0.0, low), min(1.0, high)
                verdict = (
                    "met" if low >= goal["in_share"] else "missed" if high < goal["in_share"] else "too close to call"
                )
                told.append(
                    {
                        "measure": goal["measure"],
                        "mix": mix,
                        "share_met": value,
                        "ci95": [low, high],
                        "verdict": verdict,
                    }
                )
            versus = [self.met_against_present(scenario, mix, goal) for mix in self.design["mixes"]]
            ps = [
                None if mix == self.design["present"] else p
                for mix, (*_, p) in zip(self.design["mixes"], versus, strict=True)
            ]
            apart = [found for *found, _ in versus]
            for share, (difference, lower, upper), q in zip(told, apart, holm(ps), strict=True):
                gap = None if q is None else {"difference": difference, "ci95": [lower, upper], "p_holm": q}
                yield {**share, "versus_present": gap}

    def order(self, scenario: str, until_s: float) -> list[str]:
        """Return the mixes by their mean in the primary measure, watched until a time."""
        ones = {
            m: self.weighed(scenario, m, self.design["scenarios"][scenario]["primary"]) for m in self.design["mixes"]
        }
        means = {m: one.mean(np.minimum(one.rows["x"].to_numpy(), until_s))[0] for m, one in ones.items()}
        return sorted(means, key=lambda mix: (round(means[mix], 6), list(means).index(mix)))


def limits(mean: float, error: float | None, freedom: float | None) -> list[float | None]:
    """Return the t interval."""
    if error is None or freedom is None:
        return [None, None]
    half = float(stats.t.ppf(0.975, freedom)) * error if error else 0.0
    return [mean - half, mean + half]


def apart(ours: Any, told: Any, where: str) -> Iterator[str]:
    """Yield each place at which two nested figures differ by more than 1e-6."""
    if isinstance(ours, dict):
        for key, value in ours.items():
            yield from apart(value, told[key], f"{where}.{key}")
    elif isinstance(ours, list):
        for k, (one, other) in enumerate(zip(ours, told, strict=True)):
            yield from apart(one, other, f"{where}[{k}]")
    elif isinstance(ours, float) and isinstance(told, (int, float)):
        if abs(ours - told) > 1e-6 * max(1.0, abs(told)):
            yield f"{where}: recomputed {ours}, told {told}"
    elif ours != told:
        yield f"{where}: recomputed {ours}, told {told}"


def differing(folder: Path) -> list[str]:
    """Return the cells of summary.json that its rows do not give."""
    it, found = Folder(folder), list[str]()
    for name, told in it.summary["scenarios"].items():
        for mix, part in told["mixes"].items():
            for measure, cells in part["measures"].items():
                found += apart(it.measure(name, mix, measure), cells, f"{name}.{mix}.{measure}")
        by_measure = dict.fromkeys(one["measure"] for one in told["comparisons"])
        ours = [one for measure in by_measure for one in it.differences(name, measure)]
        found += apart(ours, told["comparisons"], f"{name}.comparisons")
        found += apart(list(it.goals(name)), told["goals"], f"{name}.goals")
        if told["order"]:
            wanted = {
                "horizon": it.order(name, told["horizon_s"]),
                "half_horizon": it.order(name, told["horizon_s"] / 2),
            }
            told["order"].pop("twice_horizon", None)  # of drills watched for longer, whose rows are not kept
            found += apart(wanted, told["order"], f"{name}.order")
    return found


if __name__ == "__main__":
    lines = [line for folder in sys.argv[1:] for line in differing(Path(folder))]
    print("\n".join(lines) or "All cells are the same.")
    sys.exit(bool(lines))
