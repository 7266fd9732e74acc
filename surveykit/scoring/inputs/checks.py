"""What the survey's inputs must fulfil: kinds that are declared, values that are there and in range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from surveykit.errors import DataError, choose, first_few
from surveykit.scoring.indicators.kinds import RANGES, Kind
from surveykit.scoring.kernel.comparing import TOLERANCE
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.kernel.ranking import BoolArray

__all__ = ["Kinds", "check_kinds", "check_ranges", "declared_kinds", "kinds_of", "known_values"]

Kinds = Kind | Sequence[Kind] | Mapping[str, Kind]


def check_kinds(given: Kinds, indicators: Sequence[str] = ()) -> None:
    """Raise `DataError` for a word that is no kind, whether it is given alone, in a list or by name."""
    if isinstance(given, Mapping):
        for name, kind in given.items():
            choose(f"kinds[{name!r}]", kind, get_args(Kind))
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
        for place, kind in enumerate(given):
            named = indicators[place] if place < len(indicators) else place
            choose(f"kinds[{named!r}]", kind, get_args(Kind))
    else:
        choose("kinds", given, get_args(Kind))


def kinds_of(estimates: Any, indicators: tuple[str, ...], given: Kinds | None) -> tuple[Kind, ...]:
    """Kinds as given, else of the indicators' definitions, else of the statistics, as the recipe has them."""
    recipe = dict(getattr(estimates, "recipe", None) or {})
    defined = {name: dict(info).get("kind") for name, info in dict(recipe.get("indicators") or {}).items()}
    return declared_kinds(given, indicators, {**dict(recipe.get("kinds") or {}), **defined})


def declared_kinds(given: Kinds | None, indicators: tuple[str, ...], known: Mapping[str, Any]) -> tuple[Kind, ...]:
    """Kinds as given (one, a list or by name), filled up with those that are known."""
    if given is None:
        named = dict(known)
    elif isinstance(given, str):
        named = dict.fromkeys(indicators, given)
    elif isinstance(given, Mapping):
        strange = [name for name in given if name not in indicators]
        if strange:
            raise DataError(f"kinds: {first_few(strange)} are no indicators; they are {first_few(indicators)}")
        named = {**known, **given}
    else:
        if len(given) != len(indicators):
            raise DataError(f"kinds: {len(given)} kinds for {len(indicators)} indicators; give one for each")
        named = dict(zip(indicators, given, strict=True))
    absent = [name for name in indicators if named.get(name) is None]
    if absent:
        raise DataError(
            f"kinds: not known for {first_few(absent)}; say kinds={{{absent[0]!r}: 'rate'}}, 'score', 'mean' or 'count'"
        )
    for name in indicators:
        choose(f"kinds[{name!r}]", named[name], get_args(Kind))
    return tuple(named[name] for name in indicators)


def known_values(
    units: Sequence[str], indicators: Sequence[str], values: FloatArray, may_lack: Sequence[str]
) -> BoolArray:
    """Which values there are; an error where one is missing that may not be."""
    known = np.isfinite(values)
    bad = [(units[i], indicators[k]) for i, k in np.argwhere(~known) if indicators[k] not in may_lack]
    if bad or np.isinf(values).any():
        raise DataError(f"values: missing or infinite for {first_few(bad)}; leave those units out, or name may_lack")
    return known


def check_ranges(units: Sequence[str], indicators: Sequence[str], kinds: Sequence[Kind], values: FloatArray) -> None:
    """Refuse values outside the range of their kind."""
    for k, (name, kind) in enumerate(zip(indicators, kinds, strict=True)):
        low, high = RANGES[kind]
        slack = TOLERANCE * (high if np.isfinite(high) else 1.0)
        column = values[:, k]
        bad = [
            f"{units[i]}: {column[i]:g}"
            for i in np.flatnonzero((column < low - slack) | (column > high + slack)).tolist()
        ]
        if bad:
            raise DataError(
                f"indicator {name!r} is declared a {kind} ({low:g} to {high:g}), but has {first_few(bad)}; "
                "correct kinds or the unit of the values"
            )
