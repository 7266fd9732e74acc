"""Frames: files and engines, keys, strata, scans."""
