"""Paper mode: cards and logs in three languages that print anywhere and tell the players nothing of what is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from sim.demand.injects import EFFECTS
from sim.exercise import labels
from sim.exercise.paper import ROWS, SHEETS, cards_page, log_page
from sim.exercise.script import exercise_of, shipped
from sim.language import language_of
from sim.reports.fonts import missing_letters
from tests.cli.conftest import Call, pollday
from tests.reports.browser import TEXTS, launched, overlaps, visited

__all__ = ["pollday"]

LANGUAGES = ("en", "fr", "ar", "ar_DZ")
HOSTILE = """
name: mine
preset: demo-city
title: {en: "<script>alert(1)</script>"}
rehearses: {en: "</style><img src=x onerror=alert(2)>"}
debrief: {en: "?"}
injects:
  - id: 1
    at: "10:30"
    title: {en: "<b onmouseover=alert(3)>x</b>"}
    text: {en: "\\" onload=alert(4)"}
    expected: {en: "javascript:alert(5)"}
    effects: [{effect: alert_level, target: "<i>Z1</i>", value: maximum}]
"""


def parts(text: str) -> tuple[str, list[str]]:
    """The director's list, and each card, as plain text."""
    body = text[text.index("<body>") :]
    first = body.index("<article")
    cards = re.findall(r"<article.*?</article>", body, re.DOTALL)
    return plain(body[:first]), [plain(card) for card in cards]


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.parametrize("name", shipped())
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_inject_has_a_card_that_says_nothing_of_what_is_expected(name: str, language: str) -> None:
    script, words = exercise_of(name).script, language_of(language)
    director, cards = parts(cards_page(script, words))
    assert len(cards) == len(script.injects)
    for inject, card in zip(sorted(script.injects, key=lambda one: one.at), cards, strict=True):
        assert plain(inject.text.of(words.base)) in card and plain(inject.title.of(words.base)) in card
        assert plain(inject.expected.of(words.base)) in director and plain(inject.expected.of(words.base)) not in card
        assert (words.clock(inject.at) in card) != bool(inject.when)
    assert plain(script.debrief.of(words.base)) in director


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_log_has_blank_lines_to_write_on(language: str) -> None:
    text = log_page(exercise_of("rally-eve").script, language_of(language))
    assert text.count("<tr><td></td>") == SHEETS * ROWS


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_carry_their_letters_and_ask_nobody(language: str) -> None:
    script, words = exercise_of("staff-shortage").script, language_of(language)
    for text in (cards_page(script, words), log_page(script, words)):
        assert not missing_letters(plain(text[text.index("<body>") :]))
        assert f'dir="{words.direction}"' in text and "default-src 'none'" in unescape(text)
        assert "http:" not in text and "https:" not in text and "<script" not in text


def test_every_effect_role_and_kind_has_a_name_in_every_language() -> None:
    assert list(labels.EFFECTS) == sorted(labels.EFFECTS, key=list(EFFECTS).index) and set(labels.EFFECTS) == set(EFFECTS)
    for language in ("fr", "ar"):
        words = language_of(language)
        for name in (*labels.EFFECTS.values(), *labels.ROLES.values()):
            assert words.say(name) and (words.say(name) != name or name in ("incident",))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as one:
        yield one


@pytest.mark.parametrize("language", (pytest.param("en", marks=pytest.mark.slow), "fr", "ar"))
def test_pages_open_without_a_network_and_nothing_lies_on_another(browser: Any, pollday: Call, language: str) -> None:
    files = pollday("paper", "ma-fes-command-room-stadium", f"language={language}", "--json").json["files"]
    for file in files:
        with visited(browser, Path(file), 800, 1100) as opened:
            opened.page.emulate_media(media="print")
            assert not overlaps(opened.page.evaluate(TEXTS))
            assert opened.page.evaluate("getComputedStyle(document.body).direction") == language_of(language).direction
            assert opened.page.evaluate("document.fonts.check('12px pollday')")
        assert not opened.complaints


def test_hostile_texts_are_shown_and_do_nothing(browser: Any, pollday: Call) -> None:
    Path("mine.yaml").write_text(HOSTILE, encoding="utf-8")
    said = pollday("paper", "mine.yaml", "--json")
    assert said.code == 0, said.err
    for file in said.json["files"]:
        with visited(browser, Path(file)) as opened:
            assert "<script>alert(1)</script>" in opened.page.inner_text("body")
            assert opened.page.evaluate("document.querySelectorAll('script, img, [onmouseover], [onload], i').length") == 0
        assert not opened.complaints


def test_files_are_for_their_owner_and_named_by_exercise_and_language(pollday: Call) -> None:
    said = pollday("paper", "staff-shortage", "language=ar-DZ", "--json").json
    assert said["files"] == ["staff-shortage-cards-ar_DZ.html", "staff-shortage-log-ar_DZ.html"] and said["injects"] == 6
    assert all(Path(file).stat().st_mode & 0o077 == 0 for file in said["files"])


BAD = {
    "": "name one exercise",
    "staff-shortag": "(did you mean 'staff-shortage'?)",
    "staff-shortage language=xx": "language 'xx' is unknown",
    "staff-shortage rally-eve": "name one exercise",
    "staff-shortage --out nowhere": "--out nowhere: there is no such folder",
    "none.yaml": "none.yaml: cannot be read",
}


@pytest.mark.parametrize("line", BAD)
def test_a_mistake_is_one_line_and_writes_nothing(pollday: Call, line: str) -> None:
    said = pollday("paper", *line.split())
    assert said.code == 2 and BAD[line] in said.err and said.err.count("\n") == 1
    assert not list(Path().iterdir())
