"""Numbers, times, dates and names as a planner reads them."""

from __future__ import annotations

import datetime
import math
from functools import cache

import pytest

from sim.cli import compose
from sim.errors import InputError
from sim.language import LANGUAGES, Writing, language_of
from sim.language.direction import unmarked
from sim.territory.build import build_territory
from sim.territory.sites import SITE_KINDS, Territory
from tests.worlds import point_town

ARABIC = [code for code in LANGUAGES if code.startswith("ar")]


@cache
def land(name: str) -> Territory:
    return build_territory(compose([f"territory={name}"]).territory)


def site(territory: Territory, kind: str, force: str | None = None) -> int:
    """Position of the first site of a kind (and force)."""
    found = territory.sites.of_kind(kind)
    return next(int(i) for i in found if force is None or territory.forces[territory.sites.force[i]] == force)


def test_a_language_is_found_by_its_code_however_it_is_written() -> None:
    assert [language_of(code).code for code in ("ar-DZ", "AR_dz", "fr")] == ["ar_DZ", "ar_DZ", "fr"]
    assert (language_of("ar_MA").tag, language_of("ar_MA").base) == ("ar-MA", "ar")


@pytest.mark.parametrize("code", ["arr", "ar_XX", "", "de"])
def test_an_unknown_language_is_refused_in_one_line_with_the_known_ones(code: str) -> None:
    with pytest.raises(InputError, match=r"language '.*' is unknown.*known: en, fr, ar, ar_DZ, ar_LY, ar_MA") as error:
        language_of(code)
    assert "\n" not in str(error.value)


def test_arabic_pages_run_from_the_right_and_others_from_the_left() -> None:
    assert {code: language_of(code).direction for code in LANGUAGES} == {
        "en": "ltr", "fr": "ltr", "ar": "rtl", "ar_DZ": "rtl", "ar_LY": "rtl", "ar_MA": "rtl",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "whole", "half"),
    [("en", "12 400", "3.5"), ("fr", "12 400", "3,5"), ("ar_DZ", "12 400", "3,5"), ("ar", "12 400", "3.5")],
)
def test_thousands_are_apart_by_a_narrow_space_and_decimals_are_the_countrys(code: str, whole: str, half: str) -> None:
    words = language_of(code)
    assert words.number(12_400) == whole.replace(" ", "\u202f")
    assert words.number(3.5, 1) == half


@pytest.mark.parametrize("code", LANGUAGES)
def test_digits_are_latin_and_the_clock_has_24_hours_everywhere(code: str) -> None:
    words = language_of(code)
    texts = [words.number(1234567.89, 2), words.share(0.5), words.date(datetime.date(2017, 11, 23)), words.clock(68_400)]
    assert all(letter in "0123456789" for text in texts for letter in text if letter.isdigit())
    assert words.clock(68_400) == "19:00"


def test_one_setting_changes_digits_and_clock_together_in_every_figure() -> None:
    words = language_of("ar", Writing(digits="arab", clock=12))
    texts = [words.number(1234.5, 1), words.share(0.5), words.date(datetime.date(2017, 11, 23)), words.clock(68_400)]
    texts += [words.many("%(n)d min", "%(n)d min", 5), words.interval(1, 2, 1)]
    assert not any(letter in "0123456789" for text in texts for letter in text)
    assert words.clock(68_400).startswith("٧:٠٠")


def test_a_zero_has_no_sign_and_a_difference_always_has_one() -> None:
    words = language_of("en")
    assert [words.signed(x, 1) for x in (-0.04, 0.0, 0.04, 3.2, -3.2)] == ["0.0", "0.0", "0.0", "+3.2", "-3.2"]
    assert words.number(-0.04, 1) == "0.0"


@pytest.mark.parametrize("code", ARABIC)
def test_a_sign_stays_left_of_its_number_on_a_page_from_the_right(code: str) -> None:
    words = language_of(code)
    for text, plain in ((words.signed(3.0), "+3"), (words.number(-3), "-3"), (words.share(0.81), "81\u00a0%")):
        assert (text[0], text[-1], unmarked(text)) == ("\u2066", "\u2069", plain)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("nothing", [None, math.nan, math.inf])
def test_what_is_not_known_is_no_data_and_never_zero(code: str, nothing: float | None) -> None:
    words = language_of(code)
    none = {"en": "no data", "fr": "aucune donnée"}.get(code, "لا توجد بيانات")
    shown = [words.number(nothing), words.signed(nothing, 2), words.share(nothing), words.minutes(nothing), words.clock(nothing)]
    assert {*shown, words.interval(nothing, 1.0), words.interval(1.0, nothing)} == {none}


def test_dates_have_the_months_of_the_country() -> None:
    february = datetime.date(2021, 2, 3)
    assert [language_of(code).date(february) for code in ("en", "fr", "ar_DZ", "ar_MA", "ar_LY")] == [
        "3 February 2021", "3 février 2021", "3 فيفري 2021", "3 فبراير 2021", "3 فبراير 2021",
    ]  # fmt: skip


def test_times_of_other_days_name_their_day() -> None:
    times = [language_of("fr").clock(x) for x in (27_000, -19_800, 90_060, 86_399)]
    assert times == ["07:30", "J-1 18:30", "J+1 01:01", "J+1 00:00"]
    assert unmarked(language_of("ar").clock(-19_800)) == "ي-1 18:30"


def test_minutes_are_said_as_the_number_wants_it() -> None:
    assert language_of("fr").minutes(252) == "4,2 min"
    assert [language_of("ar").minutes(60 * n, 0) for n in (1, 2, 5, 12)] == ["دقيقة واحدة", "دقيقتان", "5 دقائق", "12 دقيقة"]


def test_arabic_counts_in_six_forms() -> None:
    def form(n: int) -> str:
        return language_of("ar").many("%(n)d min", "%(n)d min", n).split()[-1]

    assert {n: form(n) for n in (0, 1, 2, 3, 11, 99, 100, 101, 103)} == {
        0: "دقيقة", 1: "واحدة", 2: "دقيقتان", 3: "دقائق", 11: "دقيقة", 99: "دقيقة", 100: "دقيقة", 101: "دقيقة", 103: "دقائق",
    }  # fmt: skip


def test_counts_in_sentences_have_their_thousands_apart() -> None:
    assert language_of("en").many("%(n)d min", "%(n)d min", 12_400) == "12\u202f400 min"
    assert language_of("en").say("%(low)s to %(high)s", low=1_000, high="x") == "1\u202f000 to x"


def test_what_nobody_has_translated_stays_english() -> None:
    assert language_of("ar_LY").say("never said: %(x)s", x=1) == "never said: 1"
    assert language_of("ar_LY").many("%(n)d never", "%(n)d nevers", 2) == "2 nevers"


def test_a_percent_sign_may_stand_in_a_text_without_placeholders() -> None:
    assert language_of("en").say("95 % intervals") == "95 % intervals"


def test_a_country_takes_what_it_does_not_say_itself_from_arabic() -> None:
    assert language_of("ar_MA").no_data == language_of("ar").no_data != "no data"


def test_areas_have_their_names_in_the_language() -> None:
    names = [[language_of(code).area(land("libya-2024"), i) for code in ("en", "fr", "ar_LY")] for i in (0, 1)]
    assert names == [["Greater Benghazi", "Grand Benghazi", "بنغازي الكبرى"], ["al-Marj", "Al Marj", "المرج"]]
    assert language_of("ar").area(land("demo-city"), 0) == "منطقة 1"


def test_an_area_without_a_name_in_the_language_keeps_the_one_it_has() -> None:
    town = point_town()
    assert language_of("ar").area(town, 0) == town.areas["en"][0]


@pytest.mark.parametrize("name", ["libya-2024", "fes"])
def test_every_commune_has_its_name_in_three_languages(name: str) -> None:
    territory = land(name)
    for code in {int(c) for c in territory.sites.commune}:
        assert all(not language_of(x).commune(territory, code).isdigit() for x in ("en", "fr", "ar")), code


def test_wilayas_communes_and_sites_of_algeria_have_their_names() -> None:
    algeria = land("two-wilayas")
    assert [language_of(code).area(algeria, 1) for code in ("en", "fr", "ar_DZ")] == ["Mila", "Mila", "ميلة"]
    assert not [c for c in set(algeria.sites.commune.tolist()) if language_of("ar").commune(algeria, c).isdigit()]
    at = {kind: site(algeria, kind) for kind in ("centre", "checkpoint", "venue", "market", "collection")}
    assert [unmarked(language_of("ar").place(algeria, i)) for i in at.values()] == [
        "قسنطينة 1", "قسنطينة، مدخل 1", "قسنطينة، قاعة 1", "قسنطينة، سوق 1", "قسنطينة، نقطة تجميع 1",
    ]  # fmt: skip
    assert language_of("fr").place(algeria, site(algeria, "base", "gendarmerie")).endswith(", gendarmerie 1")


@pytest.mark.parametrize("name", ["demo-city", "libya-2024", "fes"])
def test_no_site_keeps_an_english_word_in_an_arabic_report(name: str) -> None:
    territory = land(name)
    words = language_of("ar")
    names = {words.place(territory, i) for kind in SITE_KINDS for i in territory.sites.of_kind(kind)[:200].tolist()}
    assert not [text for text in names if any("a" <= letter.lower() <= "z" for letter in text)]


def test_other_peoples_sites_keep_their_names() -> None:
    town = point_town()
    assert language_of("ar").place(town, 0) == town.sites.name[0]


def test_foreign_names_cannot_turn_a_line_round() -> None:
    words = language_of("ar")
    assert words.isolate("\u202eevil\u2069") == "\u2066evil\u2069"
    assert words.isolate("5 < 10") == "\u20665 < 10\u2069"
    assert (language_of("en").isolate("plan B"), language_of("en").isolate("خطة")) == ("plan B", "\u2067خطة\u2069")


def test_labels_of_figures_are_marked_line_by_line() -> None:
    assert language_of("ar").mark("P90 للولاية\nوقت") == "\u200fP90 للولاية\n\u200fوقت"
    assert language_of("fr").mark("P90\nx") == "P90\nx"
