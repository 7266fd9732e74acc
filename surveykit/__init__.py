"""Resident surveys from the sampling plan to the report."""

from surveykit._version import __version__

__all__ = ["__version__"]
