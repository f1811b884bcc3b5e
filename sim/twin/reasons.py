"""Why a simulation may say something else than a formula: what of the scenario the formula leaves out, as codes."""

from __future__ import annotations

from sim.scenario import Scenario

MODELS = ("erlang_a", "erlang_c", "square_root", "hypercube", "both", "busy_fraction", "patrol", "sum")
REASONS = (
    "steady", "talk_law", "packages", "aid", "redirect", "reserve", "picture", "main_room", "even", "independent", "thinned",
    "matrix", "loops",
)  # fmt: skip
"""``steady``: each hour is taken as if it lasted for ever. ``talk_law``: talk times are taken to be exponential. ``packages``:
several units of one incident come one by one. ``aid``, ``redirect``, ``reserve``, ``main_room``: mechanisms of the plan that the
formulas do not have. ``picture``: the room does not see where units are. ``even``: units are taken to stand as dense as centres.
``independent``: units are taken to be busy independently of each other. ``thinned``: presence is taken to prevent as much as
calibrated. ``matrix``: a table of travel times has no square-root law. ``loops``: passings are taken to be evenly spread, and the
drive back to the loop to take no time."""
_OF_MODEL = {
    "erlang_a": ("steady", "talk_law"),
    "erlang_c": ("steady", "independent"),
    "square_root": ("even", "independent"),
    "hypercube": ("independent",),
    "both": ("even", "independent"),
    "busy_fraction": ("even",),
    "patrol": ("loops",),
    "sum": ("steady", "even", "independent"),
}


def reasons_of(scenario: Scenario, model: str) -> tuple[str, ...]:
    """Codes of what one formula leaves out of one scenario, the most general first."""
    found = list(_OF_MODEL[model])
    if model in ("erlang_c", "square_root", "hypercube", "both", "sum", "busy_fraction"):
        found += [code for code, applies in _dispatch(scenario).items() if applies]
    if scenario.territory.matrix is not None and model in ("square_root", "both", "sum"):
        found.append("matrix")
    return tuple(found)


def _dispatch(scenario: Scenario) -> dict[str, bool]:
    """Mechanisms of dispatch that formulas leave out, and whether the scenario uses them."""
    rules = scenario.dispatch
    return {
        "packages": any(len(c.slots) > 1 for c in scenario.classes),
        "aid": rules.aid != "never",
        "redirect": rules.redirect != "never",
        "reserve": max(rules.reserve) > 0.0,
        "picture": rules.picture != "live" or rules.rapid_first,
        "main_room": scenario.command.main_room or scenario.command.ladder,
        "thinned": scenario.deterrence.is_on,
    }
