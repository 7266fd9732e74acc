"""Frames: files and engines, keys, strata, scans."""

from surveykit.sampling.frames.frames import DuckDBFrame, Frame, open_frame

__all__ = [
    "DuckDBFrame",
    "Frame",
    "open_frame",
]
