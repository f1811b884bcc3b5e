"""Ctrl-C and a polite kill: what is done is kept, then the command ends; a second time it ends at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

EXIT_CODE = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether Ctrl-C or SIGTERM came. Outside the main thread nothing is caught."""
    heard = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        if heard.is_set():
            os._exit(EXIT_CODE)  # workers end with their driver
        heard.set()

    if threading.current_thread() is not threading.main_thread():
        yield heard.is_set
        return
    before: list[Any] = [signal.signal(each, hear) for each in SIGNALS]
    try:
        yield heard.is_set
    finally:
        for each, handler in zip(SIGNALS, before):
            signal.signal(each, handler)
