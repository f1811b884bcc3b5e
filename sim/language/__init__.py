"""The planner's languages: texts, numbers, times and names in English, French and Arabic (docs/languages.md)."""

from sim.language.catalogue import LANGUAGES, sayable
from sim.language.words import Language, language_of
from sim.language.writing import Writing

__all__ = ["LANGUAGES", "Language", "Writing", "language_of", "sayable"]
