"""Run experiments and renew the tables stored beside them, on purpose: ``make experiments``.

    python scripts/renew_experiments.py                  # all but the national one, which takes long
    python scripts/renew_experiments.py short_staffed    # these

Studies are run in a scratch folder that is removed. Afterwards read the difference and correct the answers in the experiments.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENTS = {path.stem: path for path in sorted((ROOT / "experiments").glob("*.py"))}
LONG = ("national_staffing",)


def renew(experiment: Path) -> None:
    """Run one experiment; the table of a study is copied beside it, others write their own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with TemporaryDirectory() as scratch:
        subprocess.run([sys.executable, str(experiment)], cwd=scratch, env=environment, check=True)
        for study in re.findall(r'"study=([\w-]+)"', experiment.read_text(encoding="utf-8")):
            made = Path(scratch, study, "table.csv")
            if made.exists():
                shutil.copyfile(made, experiment.with_suffix(".csv"))


def main(names: Sequence[str]) -> int:
    """Renew the experiments of these names, or all but the long ones. Returns the exit code."""
    unknown = [name for name in names if name not in EXPERIMENTS]
    if unknown:
        print(f"no experiment '{unknown[0]}'; there is {', '.join(EXPERIMENTS)}", file=sys.stderr)
        return 2
    for name in names or [name for name in EXPERIMENTS if name not in LONG]:
        renew(EXPERIMENTS[name])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
