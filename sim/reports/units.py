"""Units in which planners read figures: what a stored figure is divided by, how many decimals it has, what the unit is called."""

from __future__ import annotations

from dataclasses import dataclass

from sim.language import Language, sayable


@dataclass(frozen=True)
class Unit:
    """One unit: its name ("" for plain counts), the stored figure that is one of it, and the usual decimals."""

    name: str
    scale: float = 1.0
    digits: int = 0

    def number(self, words: Language, value: float | None, digits: int | None = None, signed: bool = False) -> str:
        """A stored figure as a number of this unit, or "no data"."""
        scaled = None if value is None else value / self.scale
        write = words.signed if signed else words.number
        return write(scaled, self.digits if digits is None else digits)

    def called(self, words: Language) -> str:
        """Name of the unit; empty for plain counts."""
        return words.say(self.name) if self.name else ""


MINUTES = Unit(sayable("min"), 60.0, 1)
PERCENT = Unit("%", 0.01, 1)
COUNT = Unit("", digits=1)
HEADS = Unit(sayable("officers"))
HOURS = Unit(sayable("hours"), digits=1)
OFFICER_HOURS = Unit(sayable("officer-hours"))
OFFICE_MINUTES = Unit(sayable("office-minutes"))
MINUTES_OF_CITIZENS = Unit(sayable("minutes"))
VOTERS = Unit(sayable("voters"))
VOTER_HOURS = Unit(sayable("voter-hours"))
POINTS = Unit(sayable("points"))
PEOPLE = Unit(sayable("people"))
