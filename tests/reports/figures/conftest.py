"""An axis in pollday's style, and languages."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest
from matplotlib.axes import Axes

from sim.language import Language, language_of
from sim.reports.style import pollday_style


@pytest.fixture
def axis() -> Iterator[Axes]:
    with pollday_style():
        figure, made = plt.subplots(figsize=(7.0, 4.7))
        yield made
        plt.close(figure)


@pytest.fixture(scope="session")
def en() -> Language:
    return language_of("en")


@pytest.fixture(scope="session")
def ar() -> Language:
    return language_of("ar")
