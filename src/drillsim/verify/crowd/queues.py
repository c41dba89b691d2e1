"""Crowd cases of queueing theory: Poisson arrivals to a floor with c places, against closed forms.

A cell with a storage limit is a loss system: an arrival that finds it full is lost. At constant speed it is
M/G/c/c with Erlang's loss formula; with speed that falls with the number inside it is the state-dependent M/G/c/c.
Sources: Erlang 1917; Yuhaski and Smith 1989; Cheah and Smith 1994.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from drillsim.crowd.laws import Laws, places_in, speed_factor
from drillsim.streams.streams import Streams
from drillsim.verify.harness.case import Case, Harness, claim
from drillsim.verify.harness.crowd_plans import box, drawn, gate, space
from drillsim.verify.harness.crowd_runs import Floats, Play, cells_of, last_at, percent, person_words, persons
from drillsim.verify.theory.queueing import erlang_b

ERRORS = 3
"""Tolerance of simulated figures, in standard errors."""
WARM_S = 2_000.0
"""Warm-up in s, left out of all figures."""
NO_WAIT_PSM = 1e4
"""Specific flow of an exit in persons/s/m at which waiting is negligible."""


class Loss(NamedTuple):
    """Steady state of a loss system."""

    blocked: float
    """Share of arrivals that find the system full."""
    inside: float
    """E[N], mean number inside."""
    stay_s: float
    """Mean sojourn time of those who enter, in the time unit of the load."""


def mgcc(*, load: float, arrivals_ps: float, speed: Sequence[float]) -> Loss:
    """Return the steady state of M/G/c/c with a service rate that depends on the number inside.

        p_n = p_0 a^n / (n! f(1) ... f(n)),   P = p_c,   T = E[N] / (lambda (1 - P))

    load
        a, arrivals per free walking time.
    speed
        f(1), ..., f(c): speed with n inside over free speed.

    Source: Yuhaski and Smith 1989; the probabilities do not depend on the law of the service time.
    """
    n = np.arange(len(speed) + 1)
    log_p = np.concatenate([[0.0], np.cumsum(np.log(load / n[1:] / np.asarray(speed)))])
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    inside = float(p @ n)
    return Loss(float(p[-1]), inside, inside / (arrivals_ps * (1 - float(p[-1]))))


class LossFloor(NamedTuple):
    """A floor with an exit over its whole end and Poisson arrivals at the other one."""

    length_m: float
    width_m: float
    arrivals_ps: float
    level_mps: float
    laws: Laws
    random_work: bool = False
    """Whether the free time over the floor is exponential, instead of the same for everybody."""

    @property
    def places(self) -> int:
        """c, the number of places."""
        return places_in(self.length_m * self.width_m, self.laws.density_max_pm2)

    @property
    def load(self) -> float:
        """a, arrivals per free walking time."""
        return self.arrivals_ps * self.length_m / self.level_mps

    def theory(self) -> Loss:
        """Return the closed form under the speed law of the floor."""
        area, limit = self.length_m * self.width_m, self.laws.density_max_pm2
        crowd = [speed_factor(self.laws.speed_law, min(n / area, limit)) for n in range(2, self.places + 1)]
        return mgcc(load=self.load, arrivals_ps=self.arrivals_ps, speed=[1.0, *crowd])


class FloorRun(NamedTuple):
    """One replication of a floor."""

    floor: LossFloor
    seed: int
    replication: int
    lasts_s: float


def play_floor(run: FloorRun) -> Loss:
    """Run one replication and return the observed figures from WARM_S to the end."""
    floor = run.floor
    streams = Streams(run.seed, f"floor {floor.places} {floor.load}", run.replication)
    comes_s = _poisson_s(streams, floor.arrivals_ps, run.lasts_s)
    words = person_words(len(comes_s))
    work = -np.log(streams.uniforms("people.speed", words)) if floor.random_work else np.ones(len(comes_s))
    hall = space("hall", "gym", box(0, 0, floor.length_m, floor.width_m))
    exit_ = gate("exit", "hall", "outside", (floor.length_m, floor.width_m / 2), floor.width_m)
    crowd = persons([(0, 0.0, floor.width_m / 2)] * len(comes_s), level_mps=floor.level_mps / work)
    drill = Play(cells_of(drawn("floor", [hall], [exit_]), floor.laws), replace(crowd, arrives_s=comes_s))
    drill.crowd.evacuate()
    drill.until(WARM_S)
    before = drill.crowd.person_seconds()[0]
    drill.until(run.lasts_s)
    inside = float(drill.crowd.person_seconds()[0] - before) / (run.lasts_s - WARM_S)
    stay_s = (drill.out_s() - comes_s)[comes_s >= WARM_S]
    return Loss(float(np.isnan(stay_s).mean()), inside, float(np.nanmean(stay_s)))


def _poisson_s(streams: Streams, rate_ps: float, until_s: float) -> Floats:
    """Draw the arrival times in s of a Poisson process up to `until_s`."""
    count = int(rate_ps * until_s + 6 * (rate_ps * until_s) ** 0.5) + 10
    gaps = -np.log(streams.uniforms("people.arrive", person_words(count))) / rate_ps
    times = np.cumsum(gaps)
    return np.asarray(times[times < until_s])


def queue_cases(harness: Harness) -> Iterator[Case]:
    """Yield ERLANG-B and LITTLE."""
    yield _erlang(harness)
    yield _little(harness)


def _played(
    harness: Harness, floors: Sequence[LossFloor], *, runs: int, lasts_s: float, label: str
) -> list[tuple[Loss, Loss]]:
    """Return mean and standard error over the replications of each floor."""
    jobs = [FloorRun(floor, harness.seed, r, lasts_s) for floor in floors for r in range(runs)]
    seen = np.array(harness.play(play_floor, jobs, label)).reshape(len(floors), runs, 3)
    errors = seen.std(axis=1, ddof=1) / runs**0.5
    return [
        (Loss(*mean), Loss(*error)) for mean, error in zip(seen.mean(axis=1).tolist(), errors.tolist(), strict=True)
    ]


ERLANG = ((5.0, 10, 0.018385, True), (2.0, 4, 0.095238, False), (1.0, 1, 0.5, False))
"""Load, places, the share that is lost, and whether the work is random."""


def _erlang(harness: Harness) -> Case:
    """Return ERLANG-B: floors at constant speed; the loss does not depend on the law of the walking time."""
    floors = [
        LossFloor(
            10.0, places / 27.0, load / 10, 1.0, Laws(speed="constant", flow_psm=NO_WAIT_PSM, boundary_m=0.0), random
        )
        for load, places, _, random in ERLANG
    ]
    lasts_s = WARM_S + harness.drills(10_000, 100_000)
    found = _played(harness, floors, runs=30, lasts_s=lasts_s, label="Erlang's loss")
    off = max(
        abs(mean.blocked - lost) / error.blocked for (mean, error), (_, _, lost, _) in zip(found, ERLANG, strict=True)
    )
    formula = max(abs(erlang_b(servers=places, load=load) - lost) for load, places, lost, _ in ERLANG)
    return claim(
        "ERLANG-B",
        source="Erlang's loss formula, the limit of M/G/c/c without congestion: Poisson arrivals to floors of 10, 4 and 1 places, loads 5, 2 and "
        f"1, free time exponential on the first, the same for all on the others; 30 runs of {lasts_s:,.0f} s",
        expected="share lost 0.018385, 0.095238, 0.5",
        measured=", ".join(f"{mean.blocked:.5f}" for mean, _ in found) + f"; at most {off:.1f} standard errors off",
        holds=off <= ERRORS and formula <= 1e-6,
        tolerance=f"{ERRORS} standard errors; formula 1e-06",
    )


CORRIDORS = ((3.0, 1.2, 0.5), (3.0, 1.2, 1.0), (3.0, 1.2, 1.5), (3.0, 1.2, 2.0), (10.0, 1.0, 0.5), (10.0, 1.0, 2.0),
             (8.0, 2.5, 1.0), (8.0, 2.5, 2.0), (8.0, 2.5, 4.0))  # fmt: skip
"""Length and width in m and arrivals per second of the published corridors."""


def congested_cases(harness: Harness) -> Iterator[Case]:
    """Yield MGCC: the published corridors, with the speed law sfpe in closed form and on the floor."""
    laws = Laws(flow_psm=NO_WAIT_PSM, boundary_m=0.0)
    floors = [LossFloor(*corridor, 1.5, laws) for corridor in CORRIDORS]
    lasts_s = WARM_S + harness.drills(40_000, 160_000)
    found = _played(harness, floors, runs=6, lasts_s=lasts_s, label="congested corridors")
    within, stays = [], []
    for floor, (mean, error) in zip(floors, found, strict=True):
        theory = floor.theory()
        apart = np.abs(np.array(mean) - theory) - ERRORS * np.array(error) - 1e-6
        within.append(bool((apart <= 0).all()))
        stays.append(mean.stay_s / theory.stay_s - 1)
    free = [stay for floor, stay in zip(floors, stays, strict=True) if floor.theory().blocked < 1e-3]
    yield claim(
        "MGCC",
        source="Yuhaski and Smith 1989, Cheah and Smith 1994: M/G/c/c corridors of 3 by 1.2, 10 by 1 and 8 by 2.5 m, 0.5 to 4 arrivals/s of 1.5 m/s; "
        f"closed form with the law sfpe and 2.7 persons/m2; 6 runs of {lasts_s:,.0f} s",
        expected=f"share lost, mean number inside and mean stay of {len(floors)} corridors",
        measured=f"{sum(within)} of {len(floors)} agree in all three; stay off by {percent(max(map(abs, free)), 1)} where fewer than 1 in 1,000 "
        f"are lost, by up to {percent(max(map(abs, stays)))} in a jam",
        holds=all(within),
        tolerance=f"{ERRORS} standard errors",
    ).because(
        "rule A4: a person keeps the speed with which it entered, where the closed form lets everybody inside slow down and "
        "speed up with each who comes and goes; and the published corridors have speed laws of their own (linear, exponential)"
    )


def _little(harness: Harness) -> Case:
    """Return LITTLE: L = lambda W in every cell of a room, a corridor of three cells and an exit."""
    rooms = [space("room", "gym", box(0, 0, 10, 10)), space("hall", "corridor", box(10, 4, 40, 6))]
    gates = [gate("door", "room", "hall", (10, 5)), gate("exit", "hall", "outside", (40, 5))]
    until_s = WARM_S + harness.drills(8_000, 100_000)
    streams = Streams(harness.seed, "LITTLE")
    comes_s = _poisson_s(streams, 0.7, until_s + 600.0)
    starts = [(0, 0.0, y) for y in (10 * streams.uniforms("y", person_words(len(comes_s)))).tolist()]
    drill = Play(
        cells_of(drawn("way out", rooms, gates)), replace(persons(starts), arrives_s=comes_s), {"record_legs": True}
    )
    drill.crowd.evacuate()
    drill.until(WARM_S)
    before = drill.crowd.person_seconds()
    drill.until(until_s)
    inside = (drill.crowd.person_seconds() - before)[:4] / (until_s - WARM_S)
    out_s = drill.out_s()
    legs = drill.legs()
    seams = np.array([[last_at(legs[p], (x, 5.0)) for x in (10.0, 20.0, 30.0)] for p in range(len(comes_s))])
    passed = np.column_stack([comes_s, seams, out_s])
    off = 0.0
    for cell in range(4):
        entered = (passed[:, cell] >= WARM_S) & (passed[:, cell] < until_s)
        stream_ps = entered.sum() / (until_s - WARM_S)
        stay_s = float((passed[entered, cell + 1] - passed[entered, cell]).mean())
        off = max(off, abs(float(inside[cell]) / (stream_ps * stay_s) - 1))
    return claim(
        "LITTLE",
        source=f"Little's law: Poisson source of 0.7 persons/s through a room, a corridor of three cells and an exit of 0.91 persons/s, {until_s:,.0f} s",
        expected="mean number inside = stream x mean stay, in each of 4 cells",
        measured=f"{inside[0]:.2f}, {inside[1]:.2f}, {inside[2]:.2f}, {inside[3]:.2f} inside; largest difference {percent(off, 2)}",
        holds=off <= 0.01,
        tolerance="1 %",
    )
