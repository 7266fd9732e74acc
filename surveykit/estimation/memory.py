"""What a joint covariance over many domains needs of the machine, said before it is begun."""

from __future__ import annotations

import os
from collections.abc import Sequence

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.errors import DesignError
from surveykit.estimation.terms import Term
from surveykit.estimation.totals import Design

__all__ = ["require_memory"]

COPIES = 7
"""Tables of units by statistics that lie in memory at once: totals, linearised totals, centred ones (measured)."""
SHARE = 0.8
WITHOUT_ANSWER = 8e9


def machine_memory() -> float:
    """Return the bytes of memory that this machine has; 8 GB where it does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return WITHOUT_ANSWER


def require_memory(design: Design, terms: Sequence[Term]) -> None:
    """Fail if the joint covariance of these terms needs more memory than the machine has.

    Raises
    ------
    DesignError
        With the size, and what to ask for instead.
    """
    rows = sum(term.count.size for term in terms)
    units = design.n_replicates if isinstance(design, ReplicateDesign) else design.stages[0].n_units
    needed, there = 8.0 * COPIES * units * rows + 24.0 * rows * rows, machine_memory()
    if needed > SHARE * there:
        raise DesignError(
            f"{rows:,} estimates with their joint covariance over {units:,} units need about {needed / 1e9:,.1f} GB, "
            f"and this machine has {there / 1e9:,.1f}: estimate fewer domains or statistics in one call, for example "
            "one region after the other with where="
        )
