"""Page one: what to do, what it costs, how sure it is, where it is weak and what would turn it round."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from sim.reports.amounts import change, decimals, level, span
from sim.reports.data import Report
from sim.reports.decision import DECIDES, GOAL, TARGETS, Standing
from sim.reports.figures.study import gains, gains_height
from sim.reports.glance import MOST_ROWS, glance
from sim.reports.picture import report_figure
from sim.reports.sentences import certainty, cost, listed, name, places
from sim.reports.terms import term_of
from sim.reports.turning import turning
from sim.reports.worst import Worst, worst_tenth


def build(report: Report) -> dict[str, Any]:
    """Sentences made from the numbers by rule."""
    worst = worst_tenth(report)
    return {
        "headline": headline(report),
        "lead": lead(report),
        "warnings": warnings(report),
        "facts": [
            (report.words.say("What it costs"), [*cost(report), *price(report)]),
            (report.words.say("Incidents within target"), goal(report)),
            *benefits(report),
            (report.words.say("How sure this is"), certainty(report)),
            (report.words.say("Where it stays weakest"), weakest(report, worst)),
        ],
        "turning": turning(report),
        "glance": glance(report),
        "picture": picture(report),
    }


def picture(report: Report) -> Markup | None:
    """Differences of all options in potential response with their intervals, where they find room."""
    if not 2 <= len(report.names) <= MOST_ROWS or report.decision.kind == "too_few":
        return None
    words = report.words
    size = (9.2, gains_height([report.names[option] for option in report.others], words))
    alt = words.say("Difference of each option to the baseline in potential response, with its interval.")
    return report_figure(lambda figure: gains(figure.subplots(), report.result, words), size, alt, wide=True)


def headline(report: Report) -> str:
    """The recommendation in one sentence."""
    words, decision = report.words, report.decision
    if not report.result.outcomes:
        return words.say("No data yet: no run of this study is stored.")
    if decision.kind == "alone":
        return words.say("One option only: there is nothing to compare it with.")
    if decision.option is None:
        return words.say("Too few days for a recommendation.")
    if decision.kind == "change":
        return words.say("Take “%(option)s”.", option=name(report, decision.option))
    return words.say("Keep “%(option)s”.", option=name(report, decision.option))


def lead(report: Report) -> list[str]:
    """What the recommendation brings, or why nothing changes."""
    words, decision, term = report.words, report.decision, term_of(DECIDES)
    if decision.option is None:
        own = report.comparison(report.baseline, DECIDES).estimate
        told = words.say("Without two days of every option no difference can be told from chance.")
        here = words.say(
            "Under “%(option)s” a free unit would be at a polling centre in %(time)s on average.",
            option=name(report, report.baseline),
            time=level(words, term, own),
        )
        return [told, here] if report.result.outcomes else []
    if decision.kind == "keep":
        return [words.say("No other option that needs no more officers is shown to be better."), *dearer(report)]
    found = report.comparison(decision.option, DECIDES)
    base = report.comparison(report.baseline, DECIDES).estimate
    places = decimals(term, [found.joint])
    new, old = (term.figure(words, e.mean, places) for e in (found.estimate, base))
    return [
        words.say(
            "If something happened now, a free unit would be at the polling centre in %(new)s on average instead of %(old)s: "
            "%(gain)s sooner.",
            new=new,
            old=old,
            gain=span(words, term, found.together or found.estimate),
        )
    ]


def dearer(report: Report) -> list[str]:
    """What more officers would bring, where some option that needs them is better."""
    words, option = report.words, report.decision.dearer
    if option is None or (more := report.decision.standings[option].officers) is None:
        return []
    found = report.comparison(option, DECIDES).together
    gain = words.no_data if found is None else span(words, term_of(DECIDES), found)
    return [
        words.many(
            "With %(n)d officer more, “%(option)s” would bring a free unit %(gain)s sooner.",
            "With %(n)d officers more, “%(option)s” would bring a free unit %(gain)s sooner.",
            round(more),
            option=name(report, option),
            gain=gain,
        )
    ]


def price(report: Report) -> list[str]:
    """What gets worse, by intervals that leave zero out."""
    words, own = report.words, report.decision.standing
    if own is None or report.decision.kind != "change":
        return []
    if not own.losses:
        return [words.say("No other figure of this page is shown to get worse.")]
    return [words.say("It pays with: %(list)s.", list=listed(words, _changes(report, own, own.losses)))]


def benefits(report: Report) -> list[tuple[str, list[str]]]:
    """What else gets better, by intervals that leave zero out."""
    own = report.decision.standing
    if own is None or report.decision.kind != "change" or not own.gains:
        return []
    return [(report.words.say("What else improves"), [f"{listed(report.words, _changes(report, own, own.gains))}."])]


def _changes(report: Report, own: Standing, measures: tuple[str, ...]) -> list[str]:
    """Measures with their differences and what they are under the baseline, three at most."""
    words, parts = report.words, []
    for measure in measures[:3]:
        found, term = report.comparison(own.option, measure).together, term_of(measure)
        if found is not None:
            before = report.comparison(report.baseline, measure).estimate.mean
            base = term.figure(words, before, decimals(term, [found.half_width]))
            told, called = change(words, term, found), term.called(words)
            parts.append(words.say("%(measure)s: %(change)s, from %(base)s", measure=called, change=told, base=base))
    return parts


def goal(report: Report) -> list[str]:
    """Whether the option shown, and the baseline, reach the goal for incidents within target."""
    words, term = report.words, term_of(TARGETS)
    texts = {
        "met": words.say("the goal of %(goal)s is met", goal=words.share(GOAL)),
        "missed": words.say("the goal of %(goal)s is missed", goal=words.share(GOAL)),
        "open": words.say("whether the goal of %(goal)s is met, these days leave open", goal=words.share(GOAL)),
        "unknown": words.say("the goal is %(goal)s", goal=words.share(GOAL)),
    }
    own = report.comparison(report.chosen, TARGETS).estimate
    told = words.say(
        "%(share)s of grave and serious incidents have a unit on the spot within the target time; %(verdict)s.",
        share=level(words, term, own),
        verdict=texts[report.decision.standings[report.chosen].goal],
    )
    if report.chosen == report.baseline:
        return [told]
    base = report.comparison(report.baseline, TARGETS).estimate
    against = words.say("With “%(option)s”: %(share)s.", option=name(report, report.baseline), share=level(words, term, base))
    both = report.decision.standings[report.baseline].goal == "met" == report.decision.standings[report.chosen].goal
    return [told, against, words.say("The baseline meets the goal too.")] if both else [told, against]


def weakest(report: Report, worst: Worst | None) -> list[str]:
    """The worst-served tenth of areas, by name where readers may know, and what changes there."""
    words, term = report.words, term_of(DECIDES)
    if worst is None:
        return [words.say("No figures by area: no data.")]
    told = {
        "here": level(words, term, worst.here),
        "all": term.figure(words, worst.everywhere.mean, decimals(term, [worst.everywhere.half_width])),
    }
    if report.share == "public":
        first = words.say("In the worst-served tenth of areas a free unit would take %(here)s; everywhere %(all)s.", **told)
    else:
        areas = listed(words, places(report, worst.areas))
        first = words.say(
            "Worst-served tenth of areas: %(areas)s. A free unit would take %(here)s there; everywhere %(all)s.",
            areas=areas,
            **told,
        )
    if worst.change.mean is None or worst.real is None:
        return [first]
    if not worst.real:
        return [first, words.say("That it changes anything there is not shown.")]
    far = span(words, term, worst.change)
    if worst.change.mean < 0:
        return [first, words.say("It is %(gain)s sooner there than with the baseline.", gain=far)]
    return [first, words.say("It is %(loss)s later there than with the baseline.", loss=far)]


def warnings(report: Report) -> list[str]:
    """What readers must know before anything else: runs that are missing, damage, days that differ."""
    words, lines = report.words, []
    if report.missing:
        lines.append(
            words.many(
                "%(n)d run is missing: figures may still change.",
                "%(n)d runs are missing: figures may still change.",
                report.missing,
            )
        )
    if report.result.outcomes and not report.result.same_days:
        lines.append(words.say("The options faced different days: differences hold less than they would on the same days."))
    if report.notes:
        lines.append(words.say("Part of the stored study is damaged and left out."))
    return lines
