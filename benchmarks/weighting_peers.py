"""Rake one table with one Python package; called by weighting.py in an interpreter that has the package.

Usage: python weighting_peers.py PACKAGE DATA.csv MARGINS.json WEIGHTS.npy
Prints [elapsed, processor] seconds of each repetition.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

TOLERANCE = 1e-8


def ipfn_cells(data, margins):
    from ipfn.ipfn import ipfn

    codes = [pd.Categorical(data[name], categories=list(levels)).codes for name, levels in margins.items()]
    shape = tuple(len(levels) for levels in margins.values())
    flat = np.ravel_multi_index(codes, shape)
    table = np.bincount(flat, weights=data["w"], minlength=int(np.prod(shape))).reshape(shape)
    before = table.copy()
    targets = [np.array(list(levels.values()), dtype=float) for levels in margins.values()]
    fitted = ipfn(table, targets, [[i] for i in range(len(shape))], convergence_rate=TOLERANCE).iteration()
    factor = np.divide(fitted, before, out=np.ones_like(fitted), where=before > 0)
    return data["w"].to_numpy() * factor.ravel()[flat]


def svy_rake(data, margins):
    import polars as pl
    import svy

    sample = svy.Sample(pl.from_pandas(data), svy.Design(wgt="w"))
    made = sample.weighting.rake(controls=margins, wgt_name="raked", tol=TOLERANCE, max_iter=500)
    return made.data["raked"].to_numpy()


def samplics_rake(data, margins):
    from samplics.weighting import SampleWeight

    columns = {name: data[name].to_numpy() for name in margins}
    return SampleWeight().rake(
        data["w"].to_numpy(), columns, control=margins, tol=TOLERANCE, ctrl_tol=TOLERANCE, max_iter=500
    )


def balance_rake(data, margins):
    from balance.weighting_methods.rake import rake

    shares = {name: {k: v / sum(levels.values()) for k, v in levels.items()} for name, levels in margins.items()}
    made = rake(
        data[list(margins)],
        data["w"],
        None,
        None,
        variables=list(margins),
        transformations=None,
        convergence_rate=TOLERANCE,
        target_margins=shares,
    )
    weights = np.asarray(made["weight"], dtype=float)
    return weights * sum(next(iter(margins.values())).values()) / weights.sum()


def weightipy_rake(data, margins):
    import weightipy as wp

    total = sum(next(iter(margins.values())).values())
    shares = {name: {k: 100 * v / total for k, v in levels.items()} for name, levels in margins.items()}
    scheme = wp.scheme_from_dict(shares, rim_params={"max_iterations": 500, "convcrit": 1e-10})
    made = wp.weight_dataframe(data.copy(), scheme, weight_column="raked")
    return made["raked"].to_numpy() * total / made["raked"].sum()


RUNS = {
    "svy": svy_rake,
    "samplics": samplics_rake,
    "balance": balance_rake,
    "weightipy": weightipy_rake,
    "ipfn": ipfn_cells,
}


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    package, data, margins, out = sys.argv[1:5]
    table, totals = pd.read_csv(data), json.loads(Path(margins).read_text())
    seconds = []
    for _ in range(3):
        start, used = time.perf_counter(), time.process_time()
        weights = RUNS[package](table, totals)
        seconds.append([time.perf_counter() - start, time.process_time() - used])
    np.save(out, np.asarray(weights, dtype=float))
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
