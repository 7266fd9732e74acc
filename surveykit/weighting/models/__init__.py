"""Model-based estimates: small areas, residents, multilevel, coverage."""
