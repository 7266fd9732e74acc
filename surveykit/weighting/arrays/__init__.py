"""Weighting on plain arrays: distances, calibration solver, raking, trimming, propensities, credits."""
