"""The phase clock: hours by area, phases tied to the opening, and times as people write them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml
from pydantic import TypeAdapter, ValidationError

from sim.clock import HOUR, parse_time
from sim.errors import InputError
from sim.settings.base import Clock
from sim.settings.calendar import AreaHours, CalendarSettings
from sim.territory.calendar import PHASES, build_calendar
from sim.yamlfile import load_yaml


def test_areas_may_close_later_and_everything_after_follows(territory):
    calendar = build_calendar(CalendarSettings(areas={"Sud": AreaHours(closing="20:00")}), territory)
    assert calendar.closing.tolist() == [19 * HOUR, 20 * HOUR]
    assert calendar.start_of("count").tolist() == [19 * HOUR, 20 * HOUR]
    assert calendar.start_of("stand_down").tolist() == [23 * HOUR, 24 * HOUR]
    assert calendar.end == 26 * HOUR


def test_an_area_may_be_named_by_code_or_in_any_language(territory):
    for key in ("02", 2, "Sud", "sud", "جنوب"):
        calendar = build_calendar(CalendarSettings(areas={key: AreaHours(closing="20:00")}), territory)
        assert calendar.closing.tolist() == [19 * HOUR, 20 * HOUR]


def test_posting_is_48_hours_before_the_opening_and_moves_with_it(territory):
    calendar = build_calendar(CalendarSettings(opening="07:00", areas={"02": AreaHours(opening="08:30")}), territory)
    assert calendar.start_of("posted").tolist() == [-41 * HOUR, -39.5 * HOUR]
    assert calendar.begin == -41 * HOUR
    assert [calendar.phase_at(t * HOUR, 1) for t in (-41, -39.5, 8.4, 8.5, 19, 24)] == [
        "before", "posted", "posted", "voting", "count", "stand_down",
    ]  # fmt: skip
    assert calendar.phases == PHASES


def test_mobile_offices_of_named_areas_open_earlier(territory):
    calendar = build_calendar(CalendarSettings(mobile_lead_time=72 * HOUR, mobile_areas=("02",)), territory)
    mobile = territory.sites.mobile
    assert (calendar.site_opening[mobile] == -64 * HOUR).all()
    assert (calendar.site_opening[~mobile] == 8 * HOUR).all()
    assert calendar.begin == -64 * HOUR


def test_a_phase_may_start_at_a_moment_of_its_own(territory):
    calendar = build_calendar(CalendarSettings(starts={"count": "20:30"}), territory)
    assert calendar.start_of("count").tolist() == [20.5 * HOUR] * 2
    assert (np.diff(calendar.starts, axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"closing": "07:00"}, "area 01 'Nord' closes at 07:00, not after it opens at 08:00"),
        ({"starts": {"count": "18:00"}}, "phase 'count' of area 01 'Nord' starts at 18:00"),
        ({"starts": {"posted": "09:00"}}, "phase 'voting' of area 01 'Nord' starts at 08:00"),
        ({"areas": {"02": {"starts": {"stand_down": "18:59"}}}}, "phase 'stand_down' of area 02 'Sud'"),
        ({"areas": {"Nordd": {}}}, "unknown area 'Nordd' (did you mean 'nord'?)"),
        ({"areas": {"01": {}, "Nord": {}}}, "area 01 'Nord' is given twice"),
        ({"mobile_areas": ["99"]}, "calendar.mobile_areas: unknown area '99'"),
    ],
)
def test_hours_that_cannot_be_are_one_clear_line(territory, changes, words):
    with pytest.raises(InputError) as caught:
        build_calendar(TypeAdapter(CalendarSettings).validate_python(changes), territory)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_area_that_the_territory_leaves_out_is_no_mistake(territory):
    part = replace(territory, omitted=("48",))
    assert build_calendar(CalendarSettings(areas={"48": AreaHours(closing="22:00")}), part).end == 25 * HOUR


def test_every_minute_of_the_day_is_read_alike_quoted_unquoted_and_from_the_command_line(tmp_path):
    clock = TypeAdapter(Clock)
    lines = []
    for minute in range(1440):
        hours, rest = divmod(minute, 60)
        for text in (f"{hours:02d}:{rest:02d}", f"{hours}:{rest:02d}"):
            assert parse_time(text) == minute * 60.0
            for written in (text, f'"{text}"'):
                assert clock.validate_python(yaml.safe_load(written)) == minute * 60.0
                lines.append((f"- {written}", minute * 60.0))
    path = tmp_path / "times.yaml"
    path.write_text("\n".join(line for line, _ in lines))
    assert [parse_time(value) for value in load_yaml(path)] == [seconds for _, seconds in lines]


@pytest.mark.parametrize("text", ["24:60", "7h30", "", "nan", "noon", "12:3", None, True, [7, 30]])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValidationError):
        TypeAdapter(Clock).validate_python(text)
