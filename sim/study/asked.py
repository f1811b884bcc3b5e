"""What a study file or the command line asks for besides settings: validated here, handed on in ``Study``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.settings.base import settings
from sim.study.precision import Precision

Number = Annotated[int, Field(ge=1, le=1_000_000)]
MOST_POINTS = 1_000_000


def _listed(value: Any) -> Any:
    """One value where a list is meant."""
    return value if isinstance(value, list | tuple) else [value]


def _named(value: Any) -> Any:
    """``engine: dask`` is short for ``engine: {name: dask}``."""
    return {"name": value} if isinstance(value, str) else value


@settings
class Engine:
    """Where runs are carried out: ``name`` of an engine, its number of ``workers`` (none: all cores) and, for a cluster that
    already runs, the ``address`` of its scheduler."""

    name: Literal["loky", "dask"] = "loky"
    workers: Number | None = None
    address: str | None = None


@settings
class Limit:
    """Most ``runs`` (points x replications), and most ``hours`` they will probably take, that start without ``--yes``."""

    runs: Annotated[int, Field(ge=1)] = 10_000
    hours: Annotated[float, Field(gt=0.0)] = 12.0


@settings
class Carried:
    """How a study is carried out: whether assumed ``inputs`` are fixed or drawn anew for each replication, the ``engine``, the
    ``limit``, and the ``precision`` that decides the number of days (none: it is given)."""

    precision: Precision | None = None
    inputs: Literal["fixed", "drawn"] = "fixed"
    engine: Annotated[Engine, BeforeValidator(_named)] = Field(default_factory=Engine)
    limit: Limit = Field(default_factory=Limit)


@settings
class FactorRange:
    """Range of one factor of a drawn design: ``low`` to ``high`` on a ``linear`` or ``log`` scale, ``whole`` numbers only or not;
    or a ``choice`` among values or options of a group."""

    low: float | None = None
    high: float | None = None
    scale: Literal["linear", "log"] = "linear"
    whole: bool = False
    choice: tuple[Any, ...] = ()

    @model_validator(mode="after")
    def _is_one_of_both(self) -> FactorRange:
        if self.choice:
            if self.low is not None or self.high is not None:
                raise ValueError("give low and high, or a choice, not both")
            return self
        if self.low is None or self.high is None:
            raise ValueError("give [low, high], {low: …, high: …, scale: log, whole: true} or {choice: […]}")
        if not self.low < self.high:
            raise ValueError(f"low {self.low:g} must be below high {self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"low {self.low:g} must be above 0 on a logarithmic scale")
        if self.whole and (self.low % 1 or self.high % 1):
            raise ValueError("both ends must be whole numbers")
        return self


def _ends(value: Any) -> Any:
    """``[low, high]`` as a range."""
    if isinstance(value, list | tuple):
        return {"low": value[0], "high": value[1]} if len(value) == 2 else {}
    return value


@settings
class DrawnDesign:
    """``points`` drawn points over the ranges of ``factors``; the same ``seed`` draws the same ones."""

    points: Annotated[int, Field(ge=2, le=MOST_POINTS)]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    factors: Annotated[dict[str, Annotated[FactorRange, BeforeValidator(_ends)]], Field(min_length=1)]


@settings
class SwapDesign:
    """``heads`` officers at a time, as whole crews, from the task ``move_from`` to units of the kind ``move_to``."""

    move_from: str
    move_to: str
    heads: Annotated[tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_listed), Field(min_length=1)]


def _one_head_each(value: Any) -> Any:
    """A list of keys counts units."""
    return dict.fromkeys(value, 1) if isinstance(value, list | tuple) else value


@settings
class SimplexDesign:
    """``total`` heads shared among ``parts`` (heads of one unit, by key) in steps of ``step`` heads, ``least`` in each part. A
    list of keys instead of a table: the total counts units."""

    total: Annotated[int, Field(ge=1, le=1_000_000)]
    step: Annotated[int, Field(ge=1)]
    parts: Annotated[dict[str, Annotated[int, Field(ge=1)]], BeforeValidator(_one_head_each), Field(min_length=2)]
    least: Annotated[int, Field(ge=0)] = 0
