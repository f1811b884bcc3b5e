"""Shared YAML is plain data: nothing is executed, filled in or guessed."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.yamlfile import load_yaml


def write(tmp_path, text):
    path = tmp_path / "shared.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_plain_data_is_read_and_times_codes_and_dates_stay_texts(tmp_path):
    text = "\ufeffa: 12:30\nb: 08\nc: 1e3\nd: [1, -2, .5, yes, ~]\ne: 2017-11-23\n'15': x\nf: فاس\n"
    assert load_yaml(write(tmp_path, text)) == {
        "a": "12:30",
        "b": "08",
        "c": 1000.0,
        "d": [1, -2, 0.5, True, None],
        "e": "2017-11-23",
        "15": "x",
        "f": "فاس",
    }


def test_a_few_aliases_and_merge_keys_are_welcome(tmp_path):
    text = "base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\n"
    assert load_yaml(write(tmp_path, text))["one"] == {"x": 1, "y": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: !!python/object/apply:os.getcwd []", "line 1: the tag"),
        ("a: 1\nb: !secret x", "line 2: the tag '!secret' is not allowed"),
        ("a: !!str 1", "the tag"),
        ("a: 1\na: 2", "line 2: not readable as YAML: the key 'a' appears twice"),
        ("a: 1\nb: ${a}", "line 2: '${' is not allowed"),
        ("a: 1\n---\nb: 2", "one document"),
        ("[" * 21 + "]" * 21, "more than 20 levels"),
        ("x: &a 1\ny: [" + "*a, " * 21 + "]", "20 aliases"),
        ("a: [1, 2", "not readable as YAML"),
        ("&a [*a]", "'*a' stands inside itself"),
        ("? [1]\n: 2", "a list or mapping is no key"),
        ("a: \x01", "not readable as YAML"),
    ],
)
def test_what_is_not_plain_data_is_refused_in_one_line(tmp_path, text, words):
    with pytest.raises(InputError) as caught:
        load_yaml(write(tmp_path, text))
    assert words in str(caught.value)
    assert str(caught.value).startswith("shared.yaml")
    assert "\n" not in str(caught.value)


def test_a_big_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="larger than 5 MB"):
        load_yaml(write(tmp_path, "a: " + "x" * 5_000_001))
