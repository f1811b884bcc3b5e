"""What every settings group shares: frozen pydantic dataclasses and a few bounded types."""

from __future__ import annotations

from functools import wraps
from typing import Annotated, Any, TypeVar, cast, dataclass_transform

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass as _pydantic_dataclass

from sim.clock import parse_yaml_time
from sim.errors import InputError
from sim.settings.gate import plain_words

CONFIG = ConfigDict(extra="forbid", strict=False, allow_inf_nan=False)

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(Field,))
def settings(cls: type[T]) -> type[T]:
    """Decorator of every settings group: frozen, keyword-only, unknown keys refused, no NaN or infinity.

    Made in code, wrong values raise ``InputError`` in the words that the gate uses.
    """
    made: Any = _pydantic_dataclass(cls, frozen=True, kw_only=True, config=CONFIG)
    fill = made.__init__

    @wraps(fill)
    def init(self: object, *values: object, **named: object) -> None:
        try:
            fill(self, *values, **named)
        except ValidationError as error:
            raise InputError(plain_words(error, made, cls.__name__)) from None

    made.__init__ = init
    return cast(type[T], made)


Clock = Annotated[float, BeforeValidator(parse_yaml_time), Field(ge=-10 * 86400, le=3 * 86400)]
"""A moment: "07:00", "D-2 08:00" or seconds from 00:00 of polling day."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Factor = Annotated[float, Field(ge=0.0, le=10.0)]
Seconds = Annotated[float, Field(ge=0.0, le=10 * 86400)]
Metres = Annotated[float, Field(ge=0.0, le=5e6)]
Kmh = Annotated[float, Field(gt=0.0, le=300.0)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
SHOCK = "place or time of shocks"
"""Marks a setting that says where or when incidents come: the same for all options of a study (``sim.settings.shocks``)."""
