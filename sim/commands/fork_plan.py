"""The plan that a fork follows from its moment on: settings among the changes of ``pollday fork``."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.clock import format_time
from sim.commands.changes import Change, put
from sim.commands.grammar import EXPERIMENT, PLAN, groups, is_group
from sim.demand.injects import EFFECTS
from sim.errors import InputError, nearest
from sim.replan import replanned
from sim.runs.load import Run
from sim.settings import Settings, dump, read
from sim.settings.gate import known_keys
from sim.territory.calendar import area_label
from sim.trace import CODE

OTHERS = ("remove", "tape")
"""What a change may be besides an inject and a setting: an incident that does not come, a file with what comes besides."""


def is_setting(text: str) -> bool:
    """Whether a change sets something of the plan, and is no effect; a word that is neither is what it looks like more."""
    group = text.partition("=")[0].lstrip("+~").partition(".")[0]
    known, effects = {*known_keys(Settings), *groups(), PLAN, EXPERIMENT}, (*EFFECTS, *OTHERS)
    return group not in effects and (group in known or bool(not nearest(group, effects) and nearest(group, known)))


def settings_of(found: Run, so: str = "nothing can be drawn anew; leave --continuations out") -> Settings:
    """The settings of a run whose day was drawn. Raises ``InputError`` for any other, and says what to do."""
    if found.manifest["seed"] is None:
        raise InputError(f"{found.folder}: its day was given, not drawn, so {so}")
    return read(found.manifest["config"], Settings)


def with_plan(args: Namespace, found: Run, at: float) -> tuple[Run, dict[str, Any] | None]:
    """The run with the scenario that follows the settings among the changes from ``at`` on, and what the manifest says of them.

    Raises ``InputError`` for settings that are wrong, or that cannot change in mid-day.
    """
    texts = [text for text in args.change if is_setting(text)]
    if not texts:
        return found, None
    before = settings_of(found, f"{texts[0]!r} has no settings to change; only effects can")
    after = settings_after(args, found, before, texts)
    scenario = replanned(found.scenario, before, after, at)
    if scenario is found.scenario:
        return found, None
    if scenario.units is not found.scenario.units:
        _check_closings(found, at)
    return replace(found, scenario=scenario), {"at": at, "set": texts, "config": dump(after)}


def settings_after(args: Namespace, found: Run, before: Settings, texts: Sequence[str]) -> Settings:
    """The settings of the run with some more words, composed as those of a run are.

    Where the words of the run do not give its settings any more (a file that is gone), the new words are put into these.
    """
    typed = list(found.manifest.get("set_by_user", ()))
    if _gives(args, typed, before):
        after: Settings = args.compose([*typed, *texts])
        return after
    plain = dump(before)
    for text in texts:
        change = args.axis(text).change()
        if change.key not in plain and change.key in (*groups(), PLAN, EXPERIMENT):
            raise InputError(f"{text!r}: the words that made this run do not give its settings any more; change single settings")
        put(plain, _with_option(args, change, plain))
    return read(plain, Settings)


def _gives(args: Namespace, typed: Sequence[str], settings: Settings) -> bool:
    """Whether the words of a run give its settings, also today."""
    try:
        return bool(args.compose(typed) == settings)
    except InputError:
        return False


def _with_option(args: Namespace, change: Change, plain: dict[str, Any]) -> Change:
    """A change by the option of a group as one by all of its values, which take the place of those that are there."""
    if not is_group(change):
        return change
    del plain[change.key]
    return Change(change.key, dump(getattr(args.compose_changes([change]), change.key)))


def _check_closings(found: Run, at: float) -> None:
    """Raise ``InputError`` where changes of shift wait for a closing that was moved: none could be at ``at``."""
    columns, calendar = found.trace.columns(), found.scenario.calendar
    moved = (columns["kind"] == CODE["voting_extended"]) & (columns["time"].astype(np.float64) < at)
    for area in np.unique(columns["area"][moved]).tolist():
        if at >= calendar.closing[area]:
            place, planned = area_label(found.scenario.territory, area), format_time(float(calendar.closing[area]))
            raise InputError(
                f"voting in {place} is prolonged, so that hours planned after {planned} wait for its end; "
                f"units can change before {planned}, or not at all"
            )


def told(found: Run, ahead: Run) -> dict[str, int | None]:
    """How many units the other plan brings and lets go, and how many heads more are mobilised (None: there is no other plan)."""
    if ahead.scenario is found.scenario:
        return dict.fromkeys(("units_more", "units_less", "heads_more"))
    heads = [0 if run.scenario.mobilised is None else int(run.scenario.mobilised.sum()) for run in (found, ahead)]
    later = ahead.scenario.later
    return {"units_more": len(later.joined), "units_less": len(later.left), "heads_more": heads[1] - heads[0]}
