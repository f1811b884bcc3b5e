"""STRESS-DES: the twenty items by which a simulation study should be reported, filled from the study itself.

Monks, Currie, Onggo, Robinson, Kunc & Taylor 2019, Strengthening the reporting of empirical simulation studies, Journal of
Simulation 13, 55-67. Numbers and headings are the checklist's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.language import sayable

ITEMS = (
    ("1.1", sayable("Purpose of the model")),
    ("1.2", sayable("Model outputs")),
    ("1.3", sayable("Experimentation aims")),
    ("2.1", sayable("Base model overview diagram")),
    ("2.2", sayable("Base model logic")),
    ("2.3", sayable("Scenario logic")),
    ("2.4", sayable("Algorithms")),
    ("2.5", sayable("Components")),
    ("3.1", sayable("Data sources")),
    ("3.2", sayable("Pre-processing")),
    ("3.3", sayable("Input parameters")),
    ("3.4", sayable("Assumptions")),
    ("4.1", sayable("Initialisation")),
    ("4.2", sayable("Run length")),
    ("4.3", sayable("Estimation approach")),
    ("5.1", sayable("Software or programming language")),
    ("5.2", sayable("Random sampling")),
    ("5.3", sayable("Model execution")),
    ("5.4", sayable("System specification")),
    ("6.1", sayable("Computer model sharing statement")),
)
"""Number and heading of each item."""


@dataclass(frozen=True)
class Item:
    """One item: its number, heading and text (empty: the study does not say)."""

    number: str
    heading: str
    text: str

    @property
    def is_filled(self) -> bool:
        """Whether the study says anything."""
        return bool(self.text)
