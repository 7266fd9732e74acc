"""The sampling plan: definition and check."""
