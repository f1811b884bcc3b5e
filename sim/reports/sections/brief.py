"""Page one: what to do, what it costs, how sure it is, where it is weak and what would turn it round."""

from __future__ import annotations

from typing import Any

from sim.reports.data import Report


def build(report: Report) -> dict[str, Any]:
    """Sentences made from the numbers by rule."""
    return {"headline": headline(report)}


def headline(report: Report) -> str:
    """The recommendation in one sentence."""
    words, decision = report.words, report.decision
    if decision.kind == "alone":
        return words.say("One option only: there is nothing to compare it with.")
    if decision.option is None:
        return words.say("Too few days for a recommendation.")
    name = words.isolate(report.names[decision.option])
    if decision.kind == "change":
        return words.say("Take “%(option)s”.", option=name)
    return words.say("Keep “%(option)s”.", option=name)
