"""Families and links of generalised linear models. Arrays only."""

from __future__ import annotations

# mypy: disable-error-code="no-any-return"
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy import special, stats

from surveykit.errors import choose

__all__ = ["Family", "Link", "make_family"]

FamilyName = Literal["gaussian", "binomial", "poisson", "gamma", "quasi", "quasibinomial", "quasipoisson"]
LinkName = Literal["identity", "logit", "probit", "cloglog", "log", "inverse", "sqrt"]

Function = Callable[[np.ndarray], np.ndarray]
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Link:
    """A link: the function, its inverse and the derivative of the inverse."""

    name: str
    function: Function
    inverse: Function
    slope: Function


@dataclass(frozen=True)
class Family:
    """A family: variance function, unit deviance, starting means, what responses are allowed, and the canonical link.

    With the canonical link the derivative of the mean is `sign` times the variance function.
    """

    name: str
    link: Link
    variance: Function
    deviance: Callable[[np.ndarray, np.ndarray], np.ndarray]
    start: Callable[[np.ndarray, np.ndarray], np.ndarray]
    valid: Callable[[np.ndarray], np.ndarray]
    needs: str
    canonical: str
    sign: float = 1.0


def _logistic(eta: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(eta, np.log(EPSILON), -np.log(EPSILON))))


def _logistic_slope(eta: np.ndarray) -> np.ndarray:
    p = special.expit(eta)
    return np.maximum(p * (1 - p), EPSILON)


LINKS: dict[LinkName, Link] = {
    "identity": Link("identity", lambda m: m, lambda e: e, np.ones_like),
    "log": Link("log", np.log, lambda e: np.maximum(np.exp(e), EPSILON), lambda e: np.maximum(np.exp(e), EPSILON)),
    "logit": Link("logit", special.logit, _logistic, _logistic_slope),
    "probit": Link(
        "probit",
        special.ndtri,
        lambda e: np.clip(special.ndtr(e), EPSILON, 1 - EPSILON),
        lambda e: np.maximum(stats.norm.pdf(e), EPSILON),
    ),
    "cloglog": Link(
        "cloglog",
        lambda m: np.log(-np.log1p(-m)),
        lambda e: np.clip(-np.expm1(-np.exp(e)), EPSILON, 1 - EPSILON),
        lambda e: np.maximum(np.exp(np.minimum(e, 700) - np.exp(np.minimum(e, 700))), EPSILON),
    ),
    "inverse": Link("inverse", lambda m: 1 / m, lambda e: 1 / e, lambda e: -1 / (e * e)),
    "sqrt": Link("sqrt", np.sqrt, lambda e: e * e, lambda e: 2 * e),
}


def _binomial_deviance(y: np.ndarray, mu: np.ndarray) -> np.ndarray:
    if np.array_equal(y * y, y):
        return -2 * np.log(np.abs(1 - y - mu))
    return 2 * (special.xlogy(y, y / mu) + special.xlogy(1 - y, (1 - y) / (1 - mu)))


def _gaussian(link: Link) -> Family:
    return Family(
        "gaussian",
        link,
        np.ones_like,
        lambda y, mu: (y - mu) ** 2,
        lambda y, w: y,
        np.isfinite,
        "any number",
        "identity",
    )


def _binomial(link: Link) -> Family:
    return Family(
        "binomial",
        link,
        lambda mu: mu * (1 - mu),
        _binomial_deviance,
        lambda y, w: (w * y + 0.5) / (w + 1),
        lambda y: (y >= 0) & (y <= 1),
        "a number from 0 to 1",
        "logit",
    )


def _poisson(link: Link) -> Family:
    return Family(
        "poisson",
        link,
        lambda mu: mu,
        lambda y, mu: 2 * (special.xlogy(y, y / mu) - (y - mu)),
        lambda y, w: y + 0.1,
        lambda y: y >= 0,
        "no number below 0",
        "log",
    )


def _gamma(link: Link) -> Family:
    return Family(
        "gamma",
        link,
        lambda mu: mu * mu,
        lambda y, mu: -2 * (np.log(y / mu) - (y - mu) / mu),
        lambda y, w: y,
        lambda y: y > 0,
        "a number above 0",
        "inverse",
        -1.0,
    )


FAMILIES: dict[FamilyName, tuple[Callable[[Link], Family], LinkName]] = {
    "gaussian": (_gaussian, "identity"),
    "quasi": (_gaussian, "identity"),
    "binomial": (_binomial, "logit"),
    "quasibinomial": (_binomial, "logit"),
    "poisson": (_poisson, "log"),
    "quasipoisson": (_poisson, "log"),
    "gamma": (_gamma, "inverse"),
}


def make_family(name: FamilyName, link: LinkName | None) -> Family:
    """Return a family with its canonical or the given link.

    Raises
    ------
    DataError
        For names that are not known.
    """
    choose("family", name, get_args(FamilyName))
    if link is not None:
        choose("link", link, get_args(LinkName))
    make, default = FAMILIES[name]
    return make(LINKS[link or default])
