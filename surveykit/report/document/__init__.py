"""The document: blocks, outline, view of a study, claims, typography."""
