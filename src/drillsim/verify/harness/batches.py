"""Batches: replications of the variants of an experiment, cut into jobs and put together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Variant = TypeVar("Variant")
Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Batch(Generic[Variant]):
    """Replications first .. last - 1 of one variant: the work of one job."""

    variant: Variant
    first: int
    last: int

    @property
    def replications(self) -> range:
        """Numbers of the replications."""
        return range(self.first, self.last)


def batches(variants: Sequence[Variant], drills: int, size: int) -> list[Batch[Variant]]:
    """Return the jobs of `drills` replications of every variant, at most `size` in a job, variant after variant."""
    return [Batch(v, i, min(i + size, drills)) for v in variants for i in range(0, drills, size)]


def by_variant(variants: Sequence[Variant], results: Sequence[Rows]) -> dict[Variant, Rows]:
    """Return the rows of each variant in the order of replications, from the results of its `batches`."""
    each = len(results) // len(variants)
    return {v: np.concatenate(results[i * each : (i + 1) * each]) for i, v in enumerate(variants)}
