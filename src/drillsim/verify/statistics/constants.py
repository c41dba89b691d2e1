"""Function cases: constants of selection and of intervals at the digits in which they were published or recomputed."""

from __future__ import annotations

from collections.abc import Iterator

from drillsim.analysis.estimators import wilson
from drillsim.analysis.selection.constants import budget_shares, dudewicz_dalal_h, dunnett_d, kim_nelson_eta, rinott_h
from drillsim.analysis.weights.weighted import clopper_pearson
from drillsim.verify.harness.case import Case, Harness, near

KIM_NELSON = {
    (2, 10, 0.05): 0.334050, (3, 10, 0.05): 0.472944, (4, 10, 0.05): 0.564680, (5, 10, 0.05): 0.634967,
    (10, 10, 0.05): 0.859083, (10, 20, 0.05): 0.302934, (10, 20, 0.10): 0.246436, (20, 24, 0.05): 0.289083,
}  # fmt: skip
"""eta by number of mixes, first drills and alpha."""
RINOTT_50 = {
    (10, 0.975): 4.045,
    (1000, 0.975): 6.057,
    (10_000, 0.975): 6.893,
    (1000, 0.9): 5.488,
    (20_000, 0.95): 6.878,
}
"""h at 50 degrees of freedom by number of mixes and level."""
RINOTT_19 = (2.4525, 2.9372, 3.2032, 3.3854, 3.5235, 3.6344, 3.7268, 3.8061, 3.8753)
"""h of 2 to 10 mixes after 20 first drills at 95 %."""
DUDEWICZ_DALAL = {
    (2, 0.95): 2.453,
    (3, 0.95): 2.872,
    (5, 0.95): 3.258,
    (10, 0.95): 3.679,
    (2, 0.90): 1.896,
    (10, 0.90): 3.182,
}
DUNNETT_20 = {1: 1.72, 2: 2.03, 3: 2.19, 4: 2.30, 9: 2.60}
BUDGET = (0.42182, 0.40613, 0.10153, 0.04513, 0.02538)
"""Shares of five mixes of means 1 to 5 and standard deviation 2."""


def constant_cases(_harness: Harness) -> Iterator[Case]:
    """Yield one case per constant."""
    for (mixes, first, alpha), eta in KIM_NELSON.items():
        name, source = f"kim-nelson.{mixes}.{first}.{alpha:g}", "Kim and Nelson 2001, eta of the first-order procedure"
        yield _case(name, source, eta, kim_nelson_eta(mixes, first, alpha), 1e-6)
    for (mixes, level), h in RINOTT_50.items():
        yield _case(
            f"rinott.{mixes}.50.{level:g}", "Rinott 1978, h at 50 degrees", h, rinott_h(mixes, 50, level), 0.0045
        )
    for mixes, h in enumerate(RINOTT_19, 2):
        yield _case(f"rinott.{mixes}.19", "Rinott 1978, h after 20 drills", h, rinott_h(mixes, 19), 1e-4)
    for (mixes, level), h in DUDEWICZ_DALAL.items():
        source = "Dudewicz and Dalal 1975, table of Law and Kelton"
        yield _case(f"dudewicz-dalal.{mixes}.{level:g}", source, h, dudewicz_dalal_h(mixes, 19, level), 1e-3)
    for contrasts, d in DUNNETT_20.items():
        yield _case(
            f"dunnett.{contrasts}.20", "Dunnett 1955, one-sided, 20 degrees", d, dunnett_d(contrasts, 20), 0.006
        )
    for place, (share, found) in enumerate(zip(BUDGET, budget_shares((1, 2, 3, 4, 5), (2,) * 5), strict=True), 1):
        yield _case(f"budget.{place}", "Chen 2000, optimal computing budget", share, float(found), 1e-5)
    score, exact = wilson(81, 263), clopper_pearson(81, 263)
    known: dict[str, tuple[float, float | None]] = {
        "wilson.low": (0.2553, score.low), "wilson.high": (0.3662, score.high),
        "exact.low": (0.2527, exact[0]), "exact.high": (0.3676, exact[1]),
    }  # fmt: skip
    for name, (limit, ours) in known.items():
        yield _case(f"share.{name}", "Newcombe 1998, 81 of 263", limit, float(ours or 0.0), 5.1e-5)


def _case(name: str, source: str, expected: float, measured: float, tolerance: float) -> Case:
    return near(name, source=source, expected=expected, measured=measured, tolerance=tolerance).of_kind("function")
