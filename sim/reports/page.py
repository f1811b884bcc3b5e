"""One page that needs nothing else: sections in their order, inside one frame, with styles, letters and pictures in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from sim.language import Language, sayable
from sim.reports.data import Report
from sim.reports.frame import framed, templates
from sim.reports.picture import report_figure
from sim.reports.sentences import made_by

EVERYBODY, CIRCLE = ("internal", "restricted", "public"), ("internal", "restricted")
SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "brief": (sayable("In brief"), EVERYBODY),
    "options": (sayable("The options side by side"), EVERYBODY),
    "curves": (sayable("What officers buy"), EVERYBODY),
    "maps": (sayable("Where"), CIRCLE),
    "places": (sayable("Area by area"), CIRCLE),
    "efficient": (sayable("What is worth its officers"), EVERYBODY),
    "broke": (sayable("What gives way first"), EVERYBODY),
    "whatif": (sayable("What if"), EVERYBODY),
    "honesty": (sayable("How far to trust this"), EVERYBODY),
    "twin": (sayable("A second opinion"), EVERYBODY),
    "deployment": (sayable("The plan for signature"), CIRCLE),
    "annex": (sayable("Annex"), EVERYBODY),
}
"""Name of a section -> its title, and who may see it. The module ``sim.reports.sections.<name>`` gives what its template
``<name>.html`` shows; a section whose module says None is left out."""
MARKINGS = {
    "internal": sayable("INTERNAL: not to be passed on"),
    "restricted": sayable("Restricted"),
    "public": sayable("For the public"),
}


@dataclass(frozen=True)
class Section:
    """A section as it stands in the page."""

    name: str
    title: str
    body: Markup
    script: str


def render(report: Report) -> str:
    """The whole report as one HTML text."""
    pages = environment(report.words)
    sections = [made for name in SECTIONS if (made := section(report, name, pages)) is not None]
    scripts = [Markup(made.script) for made in sections if made.script]
    marks = {"marking": report.words.say(MARKINGS[report.share]), "stamp": stamp(report), "margins": margins(report)}
    shown = {"report": report, "sections": sections, "scripts": scripts, **marks}
    style = pages.get_template("page.css").render(**marks)
    return framed(pages, "page.html", style, shown, scripts)


def environment(words: Language) -> Environment:
    """Templates of the report, whose sections may use ``figure`` besides."""
    pages = templates("sim.reports", "templates", words)
    pages.globals["figure"] = report_figure
    return pages


def section(report: Report, name: str, pages: Environment) -> Section | None:
    """One section, or None where it is not for these readers or has nothing to say."""
    title, readers = SECTIONS[name]
    if report.share not in readers:
        return None
    built: Mapping[str, Any] | None = import_module(f"sim.reports.sections.{name}").build(report)
    if built is None:
        return None
    body = pages.get_template(f"{name}.html").render(report=report, **built)
    return Section(name, report.words.say(title), Markup(body), str(built.get("script", "")))


def stamp(report: Report) -> str:
    """What every page says below: study, when it was run, and the plan it shows."""
    words = report.words
    return words.say(
        "%(study)s · %(date)s · plan %(digest)s",
        study=words.isolate(report.result.study.name),
        date=date_of(report),
        digest=words.isolate(report.plan_digest[:12]),
    )


def date_of(report: Report) -> str:
    """The day the study was run, in words."""
    try:
        return report.words.date(datetime.fromisoformat(report.made).date())
    except ValueError:
        return report.words.no_data


def margins(report: Report) -> Mapping[str, Markup]:
    """Texts of the margins of printed pages, as CSS strings."""
    words = report.words
    texts = {
        "mark": words.say(MARKINGS[report.share]),
        "stamp": stamp(report),
        "made": made_by(words),
    }
    return {name: Markup(css_string(text)) for name, text in texts.items()}


def css_string(text: str) -> str:
    """A text as a string of CSS that nothing inside can end.

    >>> css_string('a"b</style>')
    '"a\\\\22 b\\\\3c \\\\2f style\\\\3e "'
    """
    safe = "".join(c if c.isalnum() or c in " .,:;·-–" else f"\\{ord(c):x} " for c in text)
    return f'"{safe}"'
