"""Messages in the user's language: catalogues of texts, and the translator that finds finished messages in them.

The library speaks English; only the command line translates, at its edge.  Nothing here knows of studies or commands.
"""

from surveykit.language.catalogue import headings
from surveykit.language.translator import LANGUAGES, Language, Translator, translator

__all__ = ["LANGUAGES", "Language", "Translator", "headings", "translator"]
