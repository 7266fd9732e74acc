"""Personal columns, free text, minors, and the public file."""

from surveykit.responses.privacy.columns import PERSONAL, drop_personal, personal_columns, salted_hash, without_personal

__all__ = [
    "PERSONAL",
    "drop_personal",
    "personal_columns",
    "salted_hash",
    "without_personal",
]
