"""Generalised linear models with design-based covariance."""

from __future__ import annotations

from typing import Any

import numpy as np

from surveykit.design.domains import where_mask
from surveykit.design.replicate_design import ReplicateDesign
from surveykit.design.tables import require_columns
from surveykit.errors import DataError
from surveykit.estimation.inference.subset import Subset, subset
from surveykit.estimation.kernel.degenerate import is_constant
from surveykit.estimation.kernel.families import Family, FamilyName, LinkName, make_family
from surveykit.estimation.kernel.irls import Fit, fit_glm
from surveykit.estimation.kernel.linear import linear_map_covariance
from surveykit.estimation.kernel.totals import Design
from surveykit.estimation.models.formula import Formula, ModelMatrix, model_matrix, parse_formula, response
from surveykit.estimation.models.result import GlmResult
from surveykit.estimation.models.states import fit_state, separated, without_rounding

__all__ = ["survey_glm"]


def survey_glm(
    design: Design,
    formula: str,
    *,
    family: FamilyName = "gaussian",
    link: LinkName | None = None,
    where: Any = None,
    conf_level: float = 0.95,
) -> GlmResult:
    """Fit a generalised linear model by pseudolikelihood.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    formula : str
        ``"y ~ a + b + a:b + c*d + log(e) + factor(f) + I(g^2) - 1"``; odd names in backticks. Text, categorical and
        boolean columns get treatment contrasts. Rows with a missing value are outside the domain.
    family : {"gaussian", "binomial", "poisson", "gamma", "quasi", "quasibinomial", "quasipoisson"}
        The quasi families have the estimates of their namesakes: the covariance is design-based in any case.
    link : {"identity", "logit", "probit", "cloglog", "log", "inverse", "sqrt"}, optional
        Left out, the canonical link.
    where : see `estimate`
        A domain.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    GlmResult

    Raises
    ------
    DataError
        For formulas that cannot be read, responses outside the family, no row, or a response that is 0 (or 1) in every
        row where the link has no finite value for it.
    ConvergenceError
        When the fit does not settle.

    Notes
    -----
    Sandwich: the linearised value of row i is ``A w x r (d mu / d eta)^2 / V``, A the inverse information, summed over
    sampling units; replicates: the model is fitted to each. Weights are scaled to mean 1. Degrees of freedom: those of
    the domain plus 1 minus the number of coefficients. Columns that depend on those before them are left out, as R
    marks them NA. Agrees with R survey ``svyglm``.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": [1.0, 2.0, 4.0, 3.0], "x": [0, 1, 2, 3], "w": [2, 2, 1, 1]}, weights="w")
    >>> survey_glm(design, "y ~ x").table["term"].tolist()
    ['(Intercept)', 'x']
    """
    chosen = make_family(family, link)
    parsed = parse_formula(formula)
    if parsed.left is None:
        raise DataError(f"The formula {formula!r} has no response: write 'y ~ ...'.")
    require_columns(design.data, parsed.columns, "formula")
    y, matrix, part = _data(design, parsed, chosen, where)
    full_x = matrix.x
    keep = _independent(full_x if part.rows.all() else full_x[part.rows], design.weights[part.rows])
    every = bool(part.rows.all())
    x = full_x if every and keep.size == full_x.shape[1] else full_x[part.rows][:, keep]
    scaled = design.weights[part.rows] / design.weights[part.rows].mean()
    _check_response(parsed, y[part.rows], chosen)
    fit = fit_glm(x, y[part.rows], scaled, chosen)
    state = fit_state(fit, y[part.rows])
    if state:
        fit = without_rounding(fit, x)
        p = fit.beta.size
        covariance, replicates = np.zeros((p, p)), None
    else:
        covariance, replicates = _covariance(design, part, x, y, fit, chosen)
    apart = separated(fit, x, y[part.rows], scaled, chosen)
    covariance[apart, :] = np.nan
    covariance[:, apart] = np.nan
    names = tuple(matrix.names[j] for j in keep)
    return GlmResult(
        design,
        parsed,
        chosen,
        names,
        tuple(matrix.assign[j] for j in keep),
        matrix.term_labels,
        fit.beta,
        covariance,
        part.df + 1.0 - keep.size,
        conf_level,
        {
            "rows": part.rows,
            "levels": matrix.levels,
            "keep": keep,
            "dropped": tuple(name for j, name in enumerate(matrix.names) if j not in set(keep.tolist())),
            "deviance": fit.deviance,
            "mu": fit.mu,
            "replicates": replicates,
            "formula": formula,
            "n": part.n,
            "state": state or ("separation" if apart.any() else ""),
            "separated": tuple(name for name, far in zip(names, apart, strict=True) if far),
        },
    )


def _check_response(formula: Formula, y: np.ndarray, family: Family) -> None:
    """Refuse a response at the edge of its family in every row: the mean there has no finite linear predictor."""
    assert formula.left is not None
    if not is_constant(y):
        return
    with np.errstate(all="ignore"):
        edge = not np.isfinite(family.link.function(y[:1])).all()
    if edge:
        raise DataError(
            f"The response {formula.left.column!r} is {y[0]:g} in all {y.size} rows: there is no variation, and link "
            f"{family.link.name!r} has no finite value there. Nothing can be fitted; give the rate with its interval "
            "(survey_prop) instead."
        )


def _data(design: Design, formula: Formula, family: Family, where: Any) -> tuple[np.ndarray, ModelMatrix, Subset]:
    mask = where_mask(design.data, where)
    assert formula.left is not None
    y = response(design.data, formula.left)
    start = design.weights > 0 if mask is None else mask & (design.weights > 0)
    matrix = model_matrix(design.data, formula, start & ~np.isnan(y))
    complete = ~np.isnan(y) & ~np.isnan(matrix.x).any(axis=1)
    part = subset(design, complete if mask is None else complete & mask)
    if part.n == 0:
        raise DataError("No row of the domain has all the variables of the formula: nothing to fit.")
    wrong = ~family.valid(y[part.rows])
    if wrong.any():
        raise DataError(
            f"The response {formula.left.column!r} has {int(wrong.sum())} values that family {family.name!r} cannot "
            f"have (it needs {family.needs}); the first is {y[part.rows][wrong][0]:g}."
        )
    if complete.all() and mask is None:
        return y, matrix, part
    return y, model_matrix(design.data, formula, part.rows), part


def _independent(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return columns that do not depend on those before them."""
    gram = (x * w[:, None]).T @ x
    scale = np.sqrt(np.maximum(np.diag(gram), 0.0))
    keep: list[int] = []
    for j in range(x.shape[1]):
        if scale[j] == 0:
            continue
        if keep:
            inner = gram[np.ix_(keep, keep)] / np.outer(scale[keep], scale[keep])
            side = gram[keep, j] / (scale[keep] * scale[j])
            if 1.0 - side @ np.linalg.solve(inner, side) < 1e-11:
                continue
        keep.append(j)
    return np.array(keep, dtype=np.int64)


def _covariance(
    design: Design, part: Subset, x: np.ndarray, y: np.ndarray, fit: Fit, family: Family
) -> tuple[np.ndarray, np.ndarray | None]:
    if isinstance(design, ReplicateDesign):
        betas = np.empty((design.n_replicates, fit.beta.size))
        unit, base = design.unit[part.rows], design.base_weights[part.rows]
        for r in range(design.n_replicates):
            w = design.factors[unit, r] * base
            betas[r] = fit_glm(x, y[part.rows], w / w.sum(), family, start=fit.beta).beta if w.any() else np.nan
        return design.replicate_covariance(betas, fit.beta), betas
    columns = (_spread_rows(x[:, j] * fit.scores, part.rows) for j in range(fit.beta.size))
    return linear_map_covariance(design, columns, fit.bread), None


def _spread_rows(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    if values.size == rows.size:
        return values
    out = np.zeros(rows.size)
    out[rows] = values
    return out
