"""What a joint covariance over many domains needs of the machine, said before it is begun."""

from __future__ import annotations

import os
from collections.abc import Sequence

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.errors import DesignError
from surveykit.estimation.kernel.terms import Term
from surveykit.estimation.kernel.totals import Design, active_stages

__all__ = ["cells_at_once", "joint_bytes", "require_memory"]

COPIES = 7
"""Tables of units by statistics that lie in memory at once: totals, linearised totals, centred ones (measured)."""
SHARE = 0.8
WITHOUT_ANSWER = 8e9
AT_ONCE = 2.5e8
"""Bytes from which domains are worked through in chunks, and about what a chunk takes. A fixed number: which domains
are estimated together must not depend on the machine."""
MOST_CELLS = 1000


def machine_memory() -> float:
    """Return the bytes of memory that this machine has; 8 GB where it does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return WITHOUT_ANSWER


def _units(design: Design) -> int:
    """Return how many numbers one statistic has in a table of unit totals: those of all stages, and rows if swept."""
    if isinstance(design, ReplicateDesign):
        return design.n_replicates
    return sum(stage.n_units for stage in active_stages(design)) + (design.n_rows if design.adjustments else 0)


def joint_bytes(design: Design, rows: int) -> float:
    """Return about how much memory the joint covariance of so many estimates takes while it is made."""
    return 8.0 * COPIES * _units(design) * rows + 24.0 * rows * rows


def cells_at_once(design: Design, levels: int, cells: int) -> int:
    """Return how many domains are estimated together, `levels` being the most rows that a statistic has in a domain."""
    if joint_bytes(design, levels * cells) <= AT_ONCE:
        return cells
    fitting = int(AT_ONCE / (8.0 * COPIES * _units(design) * levels))
    return max(1, min(fitting, MOST_CELLS // levels, cells))


def require_memory(design: Design, terms: Sequence[Term]) -> None:
    """Fail if the joint covariance of these terms needs more memory than the machine has.

    Raises
    ------
    DesignError
        With the size, and what to ask for instead.
    """
    rows = sum(term.count.size for term in terms)
    needed, there = joint_bytes(design, rows), machine_memory()
    if needed > SHARE * there:
        raise DesignError(
            f"The joint covariance of {rows:,} estimates over {_units(design):,} units needs about "
            f"{needed / 1e9:,.1f} GB, and this machine has {there / 1e9:,.1f}. The table of all "
            "domains does not need it; contrasts, differences, comparisons, ranks and the payload do: estimate the "
            "domains that are to be compared in a call of their own, with a by column that is missing elsewhere."
        )
