"""Outcome rates of the American Association for Public Opinion Research from final dispositions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few

__all__ = ["DISPOSITIONS", "RATES", "outcome_rates", "rates_of_counts"]

DISPOSITIONS = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")
RATES = (
    *(f"RR{i}" for i in range(1, 7)),
    *(f"COOP{i}" for i in range(1, 5)),
    *(f"REF{i}" for i in range(1, 4)),
    *(f"CON{i}" for i in range(1, 4)),
)


def rates_of_counts(counts: Mapping[str, float], *, eligibility: float | None = None) -> dict[str, float]:
    """Work out all rates from counts (or sums of weights).

    With ``D1 = I+P+R+NC+O+UH+UO``, ``De = I+P+R+NC+O + e (UH+UO)`` and ``D0 = I+P+R+NC+O``:
    RR1 = I/D1, RR2 = (I+P)/D1, RR3 = I/De, RR4 = (I+P)/De, RR5 = I/D0, RR6 = (I+P)/D0;
    COOP1 = I/(I+P+R+O), COOP2 = (I+P)/(I+P+R+O), COOP3 = I/(I+P+R), COOP4 = (I+P)/(I+P+R);
    REF1, REF2, REF3 = R over D1, De, D0; CON1, CON2, CON3 = (I+P+R+O) over D1, De, D0.

    Parameters
    ----------
    counts : mapping of str to float
        By disposition: I complete, P partial, R refusal or break-off, NC no contact, O other, UH unknown if a
        household, UO unknown other, NE not eligible. A disposition that is not named has none.
    eligibility : float, optional
        Share e of the unknown who are eligible; by default the share among those whose eligibility is known,
        ``(I+P+R+NC+O) / (I+P+R+NC+O+NE)``.

    Returns
    -------
    dict of str to float
        The sixteen rates and `e`; NaN where a denominator is 0.

    Raises
    ------
    DataError
        If a disposition is unknown, a count negative or `eligibility` outside 0 to 1.
    """
    strange = [name for name in counts if name not in DISPOSITIONS]
    if strange:
        raise DataError(f"unknown dispositions: {first_few(strange)}; known are {', '.join(DISPOSITIONS)}")
    if any(value < 0 or not np.isfinite(value) for value in counts.values()):
        raise DataError("counts of dispositions must be finite and not negative")
    if eligibility is not None and not 0 <= eligibility <= 1:
        raise DataError(f"the share of eligible among unknown must lie between 0 and 1, not {eligibility}")
    i, p, r, nc, o, uh, uo, ne = (float(counts.get(name, 0.0)) for name in DISPOSITIONS)
    known = i + p + r + nc + o
    e = eligibility if eligibility is not None else _share(known, known + ne)
    unknown = uh + uo
    denominators = (known + unknown, known + (e * unknown if unknown else 0.0), known)
    rates: dict[str, float] = {}
    for place, d in enumerate(denominators):
        rates[f"RR{2 * place + 1}"] = _share(i, d)
        rates[f"RR{2 * place + 2}"] = _share(i + p, d)
        rates[f"REF{place + 1}"] = _share(r, d)
        rates[f"CON{place + 1}"] = _share(i + p + r + o, d)
    for place, d in enumerate((i + p + r + o, i + p + r)):
        rates[f"COOP{2 * place + 1}"] = _share(i, d)
        rates[f"COOP{2 * place + 2}"] = _share(i + p, d)
    return {name: rates[name] for name in RATES} | {"e": e}


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def outcome_rates(
    table: pd.DataFrame,
    *,
    by: str | None = None,
    weights: str | None = "base_weight",
    eligibility: float | None = None,
    disposition: str = "disposition",
) -> pd.DataFrame:
    """Outcome rates of a linked sample, unweighted and base-weighted, for all and by a column.

    Parameters
    ----------
    table : DataFrame
        One row per sampled unit, for example `LinkedSample.table`.
    by : str, optional
        Column such as "district".
    weights : str, optional
        Column of base weights; None (or a column that is not there, when it is the default) for unweighted only.
    eligibility : float, optional
        Share of the unknown who are eligible; see `rates_of_counts`. It is worked out within each row otherwise.
    disposition : str
        Column of dispositions.

    Returns
    -------
    DataFrame
        One row for all (`level` "") and one for each level of `by`, for each kind of weighting: weighting
        ("unweighted" or "base_weighted"), level, n, the sums by disposition, the rates RR1 to CON3, and e with
        `e_from` ("given" or "known cases").

    Raises
    ------
    DataError
        If a column is not there, a unit has no disposition or a weight is negative or missing.

    Notes
    -----
    RR5 and RR6 take all unknown cases as not eligible; give a reason when they are published. For a sample that
    is no probability sample call the number a participation rate.
    """
    lacking = [name for name in (disposition, by) if name is not None and name not in table.columns]
    if lacking:
        raise DataError(f"the table has no column {first_few(lacking)}; it has {first_few(table.columns)}")
    state = table[disposition].astype("str")
    if state.isna().any():
        raise DataError(f"units without a disposition, in rows {first_few(np.flatnonzero(state.isna()).tolist())}")
    kinds: dict[str, np.ndarray] = {"unweighted": np.ones(len(table))}
    if weights is not None and (weights in table.columns or weights != "base_weight"):
        if weights not in table.columns:
            raise DataError(f"the table has no column {weights!r}; it has {first_few(table.columns)}")
        held = pd.to_numeric(table[weights], errors="coerce").to_numpy(dtype=float)
        bad = ~(np.isfinite(held) & (held >= 0))
        if bad.any():
            raise DataError(f"{weights}: negative or missing in rows {first_few(np.flatnonzero(bad).tolist())}")
        kinds["base_weighted"] = held
    levels = table[by].astype("str") if by is not None else pd.Series("", index=table.index)
    rows = []
    for kind, weight in kinds.items():
        named = sorted(levels.unique()) if by is not None else []
        for level in ["", *named]:
            here = np.ones(len(table), dtype=bool) if level == "" else (levels == level).to_numpy(dtype=bool)
            sums = pd.Series(weight[here]).groupby(state.to_numpy()[here]).sum()
            counts = {name: float(sums.get(name, 0.0)) for name in DISPOSITIONS}
            strange = {str(name): float(sums[name]) for name in sums.index if name not in DISPOSITIONS}
            rates = rates_of_counts({**counts, **strange}, eligibility=eligibility)
            head = {"weighting": kind, "level": level, "n": int(here.sum())}
            rows.append({**head, **counts, **rates, "e_from": "known cases" if eligibility is None else "given"})
    return pd.DataFrame(rows)
