"""Access to the centres while they vote: cars slow emergency drives where no post keeps the street clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.forces.access import NearCentres
    from sim.processes.actors import Task, Unit
    from sim.scenario import Scenario
    from sim.territory.travel import Travel


class Access:
    """How much longer a drive takes that ends near a centre, by the state of the posts there.

    The room does not see it: it chooses units as if the way were clear. ``closing`` holds the closing of each area, as it stands.
    """

    def __init__(self, scenario: Scenario, units: list[Unit], travel: Travel, closing: list[float], near: NearCentres) -> None:
        rules, sites, calendar = scenario.traffic, scenario.territory.sites, scenario.calendar
        self.centre = near.centre.tolist()
        self.posts = {site: [units[row] for row in rows] for site, rows in near.posts.items()}
        self.factors = (rules.factor(False), rules.factor(True))
        self.radius, self.travel = rules.radius, travel
        self.place = list(zip(sites.x.tolist(), sites.y.tolist(), strict=True))
        self.opening, self.closing, self.area = calendar.opening.tolist(), closing, sites.area.tolist()

    def factor(self, task: Task, at: float) -> float:
        """What multiplies a drive to ``task`` that begins at ``at``."""
        centre = self.centre[task.site]
        if centre < 0:
            return 1.0
        area = self.area[centre]
        if not (self.opening[area] <= at < self.closing[area] and self._is_near(task, centre)):
            return 1.0
        return self.factors[any(post.heads for post in self.posts.get(centre, ()))]

    def _is_near(self, task: Task, centre: int) -> bool:
        """Whether the place of a task lies within the radius too, where it is not that of its site."""
        travel, place = self.travel, (task.x, task.y)
        if travel.matrix is not None or place == self.place[task.site]:
            return True
        return travel.metres(travel.score_one(*place, *self.place[centre])) <= self.radius
