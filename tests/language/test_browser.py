"""Numbers inside Arabic sentences as a browser lays them out."""

from __future__ import annotations

import shutil

import pytest

from sim.language import language_of

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium lays the page out")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
LEFTS = """() => {
  const text = document.querySelector("p").firstChild, range = document.createRange();
  return [...text.data].map((letter, i) => {
    range.setStart(text, i); range.setEnd(text, i + 1);
    return [letter, range.getBoundingClientRect().left];
  });
}"""


@pytest.fixture(scope="module")
def page() -> object:
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page()
        browser.close()


def shown(page: object, sentence: str) -> str:
    """Letters other than Arabic ones in the order in which they are seen, from left to right."""
    page.set_content(f'<html dir="rtl"><p style="white-space: nowrap">{sentence}</p></html>')  # type: ignore[attr-defined]
    seen: list[tuple[str, float]] = page.evaluate(LEFTS)  # type: ignore[attr-defined]
    visible = [(x, letter) for letter, x in seen if letter.isascii() and not letter.isspace()]
    return "".join(letter for _, letter in sorted(visible))


@pytest.mark.parametrize("code", ["ar", "ar_DZ"])
def test_signs_and_percent_signs_stay_where_they_belong_in_a_sentence_from_the_right(page: object, code: str) -> None:
    words = language_of(code)
    point = words.number(1.5, 1)[1]
    assert shown(page, f"الفرق {words.signed(-1.5, 1)} دقيقة") == f"-1{point}5"
    assert shown(page, f"الفرق {words.signed(2)} دقيقة") == "+2"
    assert shown(page, f"النسبة {words.share(0.81)} من الحوادث") == "81%"


def test_inequalities_and_foreign_names_are_not_turned_round(page: object) -> None:
    words = language_of("ar")
    assert shown(page, f"الشرط {words.isolate('5 < 10')} هنا") == "5<10"
    assert shown(page, f"الخيار «{words.isolate('240 heads to patrol_car')}» أفضل") == "240headstopatrol_car"
    assert shown(page, f"مركز {words.isolate('9001-3')} بالمدينة") == "9001-3"


def test_an_interval_reads_from_the_right(page: object) -> None:
    words = language_of("ar")
    assert shown(page, words.interval(-2.0, -1.0)) == "-1-2"
