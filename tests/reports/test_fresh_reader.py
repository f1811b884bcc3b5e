"""Page one answers the ten questions of ``questions.yaml``: what a reader needs who has seen nothing else.

    python tests/reports/test_fresh_reader.py report-fr.html fr

prints the page's text and the questions, to put them to somebody.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sim.language import Language, language_of
from sim.reports.amounts import size
from sim.reports.data import Report, read_report
from sim.reports.decision import DECIDES, TARGETS
from sim.reports.terms import term_of
from sim.study.statistics import Estimate
from sim.yamlfile import load_yaml
from tests.reports.studies import part, study_of

QUESTIONS: list[dict[str, str]] = load_yaml(Path(__file__).with_name("questions.yaml"))
GRADES = {"en": "Fair.", "fr": "Moyenne.", "ar": "متوسطة."}
MET = {"en": "is met", "fr": "est atteint", "ar": "تحقق"}
NOTHING = {"en": "No other figure", "fr": "Aucun autre", "ar": "لم يثبت"}
MORE = {"en": "No officer more", "fr": "Aucun agent de plus", "ar": "دون أي عنصر إضافي"}
WORSE = {"en": "worse", "fr": "moins bien", "ar": "أسوأ"}
_folders = TemporaryDirectory()


class Brief(HTMLParser):
    """The text of page one."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside |= tag == "section" and dict(attrs).get("id") == "brief"

    def handle_endtag(self, tag: str) -> None:
        self._inside &= tag != "section"

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.texts.append(data.strip())


def brief_of(html: str) -> list[str]:
    """Texts of page one, without marks of direction."""
    brief = Brief()
    brief.feed(html)
    return [re.sub("[\u2066-\u2069\u200e\u200f]", "", text) for text in brief.texts]


@cache
def town(language: str) -> tuple[Report, str]:
    """A study of twelve days at equal heads, as read, and the text of its page one."""
    folder = Path(_folders.name) / language
    report = read_report(study_of(folder, days=12, heads=(4321.0,) * 3), language=language_of(language))
    return report, " ".join(brief_of(part(report, "brief")))


def minutes(words: Language, *seconds: float) -> list[str]:
    return [words.number(abs(value) / 60.0, 2) for value in seconds]


def gain(report: Report) -> Estimate:
    found = report.comparison(report.names.index(report.words.say("more cars")), DECIDES).together
    assert found is not None and found.mean is not None and found.low is not None and found.high is not None
    return found


def response(report: Report) -> Iterator[float]:
    for name in ("more cars", "as planned"):
        mean = report.comparison(report.names.index(report.words.say(name)), DECIDES).estimate.mean
        assert mean is not None
        yield mean


def worst_area(report: Report) -> str:
    own = report.areas(DECIDES)[report.names.index(report.words.say("more cars"))].mean(axis=0)
    return report.words.area(report.territory, int(own.argmax()))


ANSWERS: dict[str, Callable[[Report], list[str]]] = {
    "option": lambda r: [r.words.say("more cars")],
    "officers": lambda r: [MORE[r.words.code], r.words.number(4321)],
    "response": lambda r: minutes(r.words, *response(r)),
    "interval": lambda r: minutes(r.words, gain(r).mean or 0.0, gain(r).low or 0.0, gain(r).high or 0.0),
    "targets": lambda r: [MET[r.words.code], r.words.number(100.0 * (r.comparison(1, TARGETS).estimate.mean or 0.0), 1)[:2]],
    "certainty": lambda r: [GRADES[r.words.code], "12"],
    "price": lambda r: [NOTHING[r.words.code]],
    "weakest": lambda r: [worst_area(r)],
    "reversal": lambda r: [size(r.words, term_of(DECIDES), gain(r).high)],
    "rejected": lambda r: [r.words.say("fewer cars"), WORSE[r.words.code]],
}


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["answer"])
def test_page_one_answers(question: dict[str, str], language: str) -> None:
    report, text = town(language)
    missing = [part for part in ANSWERS[question["answer"]](report) if part not in text]
    assert not missing, f"{question[language]} {missing}\n{text}"


def test_the_questions_are_ten_and_asked_in_every_language() -> None:
    assert [question["answer"] for question in QUESTIONS] == list(ANSWERS) and len(QUESTIONS) == 10
    assert all(question[language].strip() for question in QUESTIONS for language in ("en", "fr", "ar"))


if __name__ == "__main__":
    html, language = Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2]
    asked = [f"{number}. {question[language]}" for number, question in enumerate(QUESTIONS, start=1)]
    sys.stdout.write("\n".join([*brief_of(html), "", *asked, ""]))
