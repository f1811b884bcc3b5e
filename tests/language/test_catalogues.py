"""Every text that a planner reads is translated, wholly and with its placeholders."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

from sim.language import LANGUAGES
from sim.language.catalogue import COMPLETE, read_catalogue
from sim.language.said import KEYWORDS, METHODS, PACKAGE, Text, said

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
GNU_ARABIC = "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
RENEW = "run scripts/catalogues.py"
catalogue = cache(read_catalogue)


@cache
def texts() -> dict[str, Text]:
    return {text.one: text for text in said()}


@cache
def translated() -> list[tuple[str, Message]]:
    return [(code, message) for code in LANGUAGES for message in catalogue(code) if message.id]


def forms(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string,)


def one(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def shown(found: list[str]) -> str:
    return "\n".join(found[:20]) + f"\n({len(found)}; {RENEW})"


@pytest.mark.parametrize("code", COMPLETE)
def test_every_text_that_is_said_is_translated(code: str) -> None:
    missing = [f"{code}: {text}" for text in texts() if text not in catalogue(code)]
    assert not missing, shown(missing)


def test_no_translation_is_empty_fuzzy_or_left_over() -> None:
    found = [f"{code}: empty: {one(m)}" for code, m in translated() if not all(text.strip() for text in forms(m))]
    found += [f"{code}: fuzzy: {one(m)}" for code, m in translated() if m.fuzzy]
    found += [f"{code}: said nowhere: {one(m)}" for code, m in translated() if one(m) not in texts()]
    found += [f"{code}: obsolete: {id}" for code in LANGUAGES for id in catalogue(code).obsolete]
    assert not found, shown(found)


def test_no_text_stands_twice_in_a_catalogue() -> None:
    for code in LANGUAGES:
        lines = (PACKAGE / "language" / "catalogues" / f"{code}.po").read_text(encoding="utf-8").splitlines()
        twice = [line for line, n in Counter(x for x in lines if x.startswith("msgid ")).items() if n > 1 and line != 'msgid ""']
        assert not twice, shown([f"{code}: {line}" for line in twice])


def test_texts_that_count_have_every_form_of_their_language_and_others_have_one() -> None:
    number = {"en": 2, "fr": 2, "ar": 6, "ar_DZ": 6, "ar_LY": 6, "ar_MA": 6}
    wrong = [
        f"{code}: {one(m)}: {len(forms(m))} forms"
        for code, m in translated()
        if one(m) in texts() and len(forms(m)) != (number[code] if texts()[one(m)].more else 1)
    ]
    assert not wrong, shown(wrong)


def test_translations_have_the_placeholders_of_the_english() -> None:
    wrong = [
        f"{code}: {one(m)} -> {text}"
        for code, m in translated()
        for text in forms(m)
        if one(m) in texts() and not same_placeholders(texts()[one(m)], text)
    ]
    assert not wrong, shown(wrong)


def same_placeholders(text: Text, translation: str) -> bool:
    """The same ones equally often; a form for one or two things may spell the number in words."""
    wanted, given = Counter(PLACEHOLDER.findall(text.more or text.one)), Counter(PLACEHOLDER.findall(translation))
    if text.more is not None:
        given["%(n)d"] = max(given["%(n)d"], wanted["%(n)d"])
    return +wanted == +given


def test_a_translation_can_be_filled_like_the_english() -> None:
    for code, message in translated():
        for text in forms(message):
            if PLACEHOLDER.search(text):
                assert text % {name: 1 for name in re.findall(r"%\((\w+)\)", text)}, (code, text)


def test_arabic_translations_are_in_arabic_letters() -> None:
    latin = [
        f"{code}: {text}"
        for code, m in translated()
        for text in forms(m)
        if code.startswith("ar") and re.search("[a-zA-Z]{2}", PLACEHOLDER.sub("", one(m))) and not re.search("[ء-ي]", text)
    ]
    assert not latin, shown(latin)


def test_nothing_in_a_catalogue_would_be_taken_for_a_formula_by_a_figure() -> None:
    assert [one(m) for _, m in translated() if any("$" in text for text in (one(m), *forms(m)))] == []


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code.startswith("ar")])
def test_arabic_has_the_plural_rule_of_gnu_gettext(code: str) -> None:
    assert catalogue(code).plural_expr == GNU_ARABIC
    rule = c2py(catalogue(code).plural_expr)
    assert [rule(n) for n in (0, 1, 2, 3, 11, 99, 100, 101, 103)] == [0, 1, 2, 3, 4, 4, 5, 5, 3]


def test_texts_are_never_put_together_before_they_are_said() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    wrong = [
        f"{path.relative_to(PACKAGE)}: line {node.lineno}"
        for path, source in sources.items()
        if any(f"{word}(" in source for word in KEYWORDS)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and called(node.func) in KEYWORDS and node.args
        if isinstance(node.args[0], ast.JoinedStr | ast.BinOp | ast.Call)
    ]
    assert len(sources) > 100 and not wrong, f"{wrong}: say a whole sentence with placeholders"


def called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.html")), ids=lambda p: p.name)
def test_texts_of_templates_are_never_put_together_either(path: Path) -> None:
    tree = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]).parse(path.read_text(encoding="utf-8"))
    wrong = [
        call.lineno
        for call in tree.find_all(nodes.Call)
        if getattr(call.node, "name", getattr(call.node, "attr", "")) in KEYWORDS and call.args
        if isinstance(call.args[0], nodes.BinExpr | nodes.Concat | nodes.Call | nodes.Filter)
    ]
    assert not wrong, f"{path.name}: lines {wrong}: say a whole sentence with placeholders"


@pytest.mark.parametrize("suffix", METHODS)
def test_texts_are_found_in_a_file_of_each_kind(tmp_path: Path, suffix: str) -> None:
    lines = {
        ".py": 'w.say("one thing", a=1)\nmany("%(n)d a", "%(n)d as",\n  n)\n',
        ".html": "{{ say('one thing') }}{{ many('%(n)d a', '%(n)d as', 3) }}",
    }
    (tmp_path / f"page{suffix}").write_text(lines[suffix], encoding="utf-8")
    name = (f"page{suffix}",)
    assert said(tmp_path) == [Text("one thing", None, name), Text("%(n)d a", "%(n)d as", name)]
