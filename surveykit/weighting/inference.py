"""What kind of inference weights and estimates allow, in the words that travel with them."""

from __future__ import annotations

from typing import Literal

ResidentMethod = Literal["calibrated", "pseudo_likelihood", "model", "nearest", "pmm", "doubly_robust"]
ResidentFamily = Literal["binomial", "gaussian"]

RESIDENTS = "adjusted to residents, model-based"
"""Results that rest on a model of who takes part, or of what those answer who do not."""


def probability_label(sampled_from: str = "") -> str:
    """Return the label of a probability sample, with whom it was drawn from.

    Examples
    --------
    >>> probability_label("platform users")
    'probability sample of platform users'
    """
    return "probability sample" + (f" of {sampled_from}" if sampled_from else "")
