"""Settings of deterrence: what the presence of officers does to incidents that need an opportunity."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from sim.settings.base import Seconds, Share, settings

PlanFactor = Annotated[float, Field(gt=0.0, le=1.0)]


@settings
class DeterrenceSettings:
    """How much presence lowers the hazard of the classes that are ``deterred`` (see ``demand.classes``).

    A visit of a patrol lowers the hazard at a centre by ``effect``, fading with the time ``residual_time`` (the share e^-t/τ
    is left t seconds after the patrol has gone); ``by_stop`` gives the share of the full effect by the seconds it stops (points,
    straight lines between them, level outside). Of several visits the one whose effect is strongest now counts. A fixed team
    on duty at the centre lowers the hazard by ``team_effect``, for as long as it stands there. 0 for both switches
    deterrence off.

    ``plan_factor``: mean factor of each class under the plan for which the rates are calibrated (1 where left out). The tape
    proposes rate / plan_factor incidents, so that under that plan as many happen as the rate says.
    """

    effect: Share = 0.0
    residual_time: Annotated[float, Field(ge=60.0, le=86400.0)] = 2700.0
    by_stop: Annotated[tuple[tuple[Seconds, Share], ...], Field(min_length=1)] = ((0.0, 0.25), (600.0, 1.0))
    team_effect: Share = 0.0
    plan_factor: dict[str, PlanFactor] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _rises(self) -> DeterrenceSettings:
        if any(a[0] >= b[0] for a, b in pairwise(self.by_stop)):
            raise ValueError("by_stop: the seconds must rise")
        return self

    @property
    def is_on(self) -> bool:
        """Whether presence deters anything."""
        return self.effect > 0.0 or self.team_effect > 0.0

    def bound_of(self, name: str) -> float:
        """How many times the calibrated rate of a class the tape proposes."""
        return 1.0 / self.plan_factor.get(name, 1.0)
