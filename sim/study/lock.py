"""One sweep at a time on a study: an exclusive lock, and beside it a note of who holds it."""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from sim.errors import InputError

LOCK = "study.lock"
PATIENCE = 2.0
"""Seconds to wait for a holder's note: it is written just after the lock is taken."""


class StudyLock:
    """The exclusive lock of a study's folder. The system frees it when its holder dies, however that happens."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / LOCK, mode=0o600)
        self._note = folder / "study.holder"
        self._name = folder.name

    def acquire(self) -> None:
        """Take the lock at once, or raise ``InputError`` that names process, machine, command and since when."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise InputError(self._told()) from None
        about = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now().astimezone().isoformat(timespec="seconds"),
            "command": shlex.join(["pollday", *sys.argv[1:]]),
        }
        draft = self._note.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(about, file, ensure_ascii=False)
        os.replace(draft, self._note)

    def release(self) -> None:
        """Give the lock back, the note first: a note without a lock is of a process that was killed."""
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def _told(self) -> str:
        """Who holds the lock, in words."""
        about: dict[str, object] = {}
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not about:
            with suppress(OSError, ValueError):
                found = json.loads(self._note.read_text(encoding="utf-8"))
                about = found if _may_live(found) else {}
            if not about:
                time.sleep(0.02)
        if not about:
            return f"study {self._name} is in use by another sweep that has not said who it is; wait for its end"
        who = f"process {about['pid']} on {about['host']} since {about['since']}"
        return f"study {self._name} is in use by {who}\n{about['command']}\nwait for its end, or stop it and start again"


def _may_live(about: dict[str, object]) -> bool:
    """Whether the process of a note may still be there; a note left by a killed one gives way to the new holder's."""
    pid = about["pid"]
    if os.name != "posix" or about["host"] != socket.gethostname() or not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
