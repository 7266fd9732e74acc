"""Runs: stages, locks, the journal, the manifest, private files."""
