"""Countries' own terms, and the words of the program in front of planners."""

from __future__ import annotations

import csv
import re
from dataclasses import fields

import pytest

from sim.cli import compose
from sim.demand.classes import GROUPS
from sim.forces.kinds import KINDS, TASKS
from sim.forces.ledger import COMPUTED
from sim.forces.units import SKILLS
from sim.language import LANGUAGES, language_of
from sim.language.catalogue import CATALOGUES, country_terms, french_spaces, shares_together, translations
from sim.language.vocabulary import NAMES, name_of
from sim.measures.better import HIGHER, LOWER
from sim.reports.terms import TERMS, Term, term_of
from sim.settings.alert import LEVELS
from sim.study.point import run_point
from sim.territory.calendar import PHASES
from sim.territory.sites import FABRICS, SITE_KINDS, TIERS

KNOWN = {
    "task": (*TASKS, *COMPUTED), "unit": KINDS, "skill": SKILLS, "place": SITE_KINDS, "fabric": FABRICS, "tier": TIERS,
    "alert": LEVELS, "phase": PHASES, "group": GROUPS,
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
COUNTRIES = ("ar_DZ", "ar_LY", "ar_MA")


def said_in(code: str) -> list[str]:
    """Every translation of a language, all forms."""
    catalogue: dict[object, str] = translations(code)._catalog  # type: ignore[attr-defined]
    return [text for key, text in catalogue.items() if key != ""]


@pytest.mark.parametrize("kind", KNOWN)
def test_everything_of_a_kind_has_a_name(kind: str) -> None:
    assert set(KNOWN[kind]) <= set(NAMES[kind])


@pytest.mark.parametrize("preset", ["ma-fes-command-room-stadium"])
def test_every_class_of_incident_has_a_name(preset: str) -> None:
    assert set(compose([f"preset={preset}"]).demand.classes) <= set(NAMES["class"])


def test_a_word_of_somebodys_own_is_shown_as_it_is() -> None:
    assert name_of(language_of("fr"), "task", "drones") == "drones"
    assert name_of(language_of("ar"), "task", "drones") == "\u2066drones\u2069"


def test_each_country_calls_things_its_own_way() -> None:
    said = {code: [language_of(code).say(x) for x in ("polling centre", "polling office", "gendarmerie")] for code in COUNTRIES}
    assert said == {
        "ar_DZ": ["مركز التصويت", "مكتب التصويت", "الدرك الوطني"],
        "ar_LY": ["مركز الاقتراع", "محطة الاقتراع", "الدرك"],
        "ar_MA": ["مكتب التصويت المركزي", "مكتب التصويت", "الدرك الملكي"],
    }


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_term_of_a_country_is_used_in_whole_sentences_too(code: str) -> None:
    terms = country_terms(code)
    replaced = [old for old, new in terms.items() if not new.startswith(old)]
    left = {old: text for old in replaced for text in said_in(code) if old in text}
    assert not left


@pytest.mark.parametrize("code", COUNTRIES)
def test_common_arabic_uses_the_common_terms_so_that_each_country_can_put_its_own_in_their_place(code: str) -> None:
    foreign = [new for old, new in country_terms(code).items() if old not in new]
    found = {text: new for text in said_in("ar") for new in foreign if new in text}
    assert not found, "\n".join(f"{new}: {text}" for text, new in found.items())


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_term_that_contains_the_common_one_is_written_once(code: str) -> None:
    doubled = {"الوطني الوطني", "الملكي الملكي", "المركزي المركزي", "المركزية المركزية", "التصويت التصويت"}
    assert not [text for text in said_in(code) if any(twice in text for twice in doubled)]


def test_a_percentage_inside_an_arabic_text_looks_like_one_that_is_written_into_it() -> None:
    assert shares_together("95 % من %(x)s و 7.5%%") == "\u206695\u00a0%\u2069 من %(x)s و \u20667.5\u00a0%%\u2069"
    texts = [PLACEHOLDER.sub("", text) for text in said_in("ar")]
    together = re.compile(r"\u2066[\d.,]+\u00a0%%?\u2069")
    assert not [text for text in texts if re.search(r"\d\s*%", together.sub("", text))]


def test_french_signs_never_begin_a_line() -> None:
    assert french_spaces("« oui » : %(x)s %% !") == "«\u00a0oui\u00a0»\u00a0: %(x)s\u00a0%%\u00a0!"
    assert not [text for text in said_in("fr") if re.search("« | [»:;?!%](?![(])", PLACEHOLDER.sub("x", text))]


def test_the_table_of_terms_names_each_term_once_in_every_language() -> None:
    rows = list(csv.DictReader((CATALOGUES / "terms.csv").read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == ["en", "fr", "ar", *COUNTRIES, "reviewed"]
    assert all(row["en"] and row["fr"] and row["ar"] for row in rows)
    assert len({row["ar"] for row in rows}) == len(rows)


def test_every_measure_with_a_better_way_has_a_term_that_says_so() -> None:
    assert set(HIGHER) | set(LOWER) <= set(TERMS)
    words = language_of("en")
    assert (term_of("coverage").better(words), term_of("harm").better(words)) == ("higher is better", "lower is better")
    assert term_of("incidents").better(words) == ""


@pytest.mark.slow
def test_every_figure_of_a_study_has_a_term() -> None:
    settings = compose(["preset=demo-city", "demand.rate_factor=0.1"])
    outcome = run_point(settings, 0)
    parts = ("_within", "_judged", "calls_", "answered_by", "office_steps", "planned_tasks_covered")
    figures = {name for name in outcome.scalars if not any(part in name for part in parts)} | {"calls_in_time", "calls_lost"}
    figures |= {measure for table in outcome.places.values() for _, measure in table}
    assert {name for name in figures if term_of(name).own} == set()


def test_labels_tell_measures_apart_in_every_language() -> None:
    for code in LANGUAGES:
        labels = [t.called(language_of(code)) for t in TERMS.values()]
        assert len(labels) == len(set(labels)), code


def test_figures_are_written_in_the_unit_of_the_planner() -> None:
    words = language_of("en")
    assert term_of("response_mean").figure(words, 252.0) == "4.2 min"
    assert term_of("coverage").figure(words, 0.8125, 1) == "81.2\u00a0%"
    assert term_of("heads_mobile").figure(words, 12_400.0) == "12\u202f400 officers"
    assert term_of("response_mean").number(words, -15.0, 2, signed=True) == "-0.25"
    assert term_of("coverage").heading(words) == "offices covered (%)"


@pytest.mark.parametrize("measure", ["response_mean", "coverage", "incidents", "somebodys_own"])
def test_a_figure_without_data_says_so(measure: str) -> None:
    for value in (None, float("nan")):
        assert {term_of(measure).figure(language_of(code), value) for code in ("ar", "ar_DZ")} == {language_of("ar").no_data}


def test_officer_hours_name_their_task() -> None:
    assert term_of("officer_hours patrol").called(language_of("fr")) == "heures d’agent\u00a0: patrouilles"


def test_a_measure_of_a_users_own_keeps_its_words() -> None:
    term = term_of("my_measure")
    assert (term.called(language_of("ar")), term.better(language_of("ar"))) == ("\u2066my measure\u2069", "")
    assert {f.name for f in fields(Term)} >= {"label", "unit", "meaning"}
