"""Adjustment of a design's weights: poststratification, raking, calibration, ridge calibration."""
