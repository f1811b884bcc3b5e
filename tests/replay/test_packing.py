"""What is packed for a page comes out again, in Python as in the page."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.replay.packing import LETTERS, LIMIT, Packer, as_letters, fold, unpack

NUMBERS = st.lists(st.integers(-LIMIT + 1, LIMIT - 1), max_size=60)


@given(NUMBERS, st.booleans())
def test_a_column_reads_back_as_it_was(numbers: list[int], delta: bool) -> None:
    packer = Packer()
    packer.column("before", [1, -2, 300])
    packer.column("column", numbers, delta)
    found = unpack(packer.directory, packer.packed())
    assert list(found["column"]) == numbers
    assert list(found["before"]) == [1, -2, 300]


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=8), max_size=9))
def test_texts_read_back_as_they_were(lines: list[str]) -> None:
    packer = Packer()
    packer.text("names", lines)
    assert unpack(packer.directory, packer.packed())["names"] == lines


def test_small_numbers_take_small_room() -> None:
    assert list(fold(np.array([0, -1, 1, -2, 2]))) == [0, 1, 2, 3, 4]
    packer = Packer()
    packer.column("days", np.arange(1000) + 10**6, delta=True)
    assert packer.directory["days"][2] == 3 and len(packer.packed()) < 100


def test_the_same_columns_give_the_same_bytes() -> None:
    first, second = Packer(), Packer()
    for packer in (first, second):
        packer.column("a", np.arange(50) ** 2)
    assert first.packed() == second.packed()


def test_a_number_too_large_for_the_page_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="column 'ids' holds 2147483648, allowed: less than 2147483648"):
        Packer().column("ids", [1, LIMIT])


@given(st.binary(max_size=90))
def test_bytes_read_back_from_the_letters_of_a_page(data: bytes) -> None:
    text = as_letters(data)
    assert set(text) <= set(LETTERS) and not set(text) & set("<>&") and len(LETTERS) == 91
    bits = 0
    for i in range(0, len(text), 2):
        bits |= (LETTERS.index(text[i]) * 91 + LETTERS.index(text[i + 1])) << (13 * (i // 2))
    assert bits.to_bytes(len(text) + 2, "little")[: len(data)] == data
    assert len(text) <= 16 * len(data) / 13 + 2
