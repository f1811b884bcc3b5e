"""Where the shipped files are: the config tree and the small data tables.

A wheel carries the config tree as ``sim/conf``. In a checkout it is ``conf/`` beside ``sim/``, where people edit it;
``sim/conf`` does not exist there, so the packaged place is looked at first and no folder of the caller plays a part.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def conf_dir() -> Path:
    """Return the folder with the config groups (``preset/``, ``study/`` ...).

    Raises ``FileNotFoundError`` where the installation carries none.
    """
    for place in (_PACKAGE / "conf", _PACKAGE.parent / "conf"):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no conf/ in or beside {_PACKAGE}: install pollday again")


def data_dir() -> Path:
    """Return the folder with the shipped tables and their licences."""
    return _PACKAGE / "data"
