"""One point for Hydra's own launchers and sweepers: runs one day and gives back one measure (docs/studies.md).

    python scripts/hydra_point.py -m preset=demo-city ++staffing.patrol_cars_factor=0.5,1.0 +measure=response_mean
"""

import logging
import sys
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from sim.errors import InputError
from sim.resources import conf_dir
from sim.settings import Settings, read
from sim.study.point import run_point
from sim.study.single import keep_shocks, measure_of


@hydra.main(version_base="1.3", config_path=str(conf_dir()), config_name="config")
def main(config: DictConfig) -> float | None:
    """The measure named by ``+measure=`` (left out: the potential response) on the day of ``replication``."""
    plain, job = OmegaConf.to_container(config), HydraConfig.get()
    name = plain.pop("measure", "potential_response")
    try:
        settings = read(plain, Settings)
        if job.mode is not None and job.mode.name == "MULTIRUN":
            keep_shocks(Path(job.runtime.cwd, job.sweep.dir), settings)
        value = measure_of(run_point(settings, settings.replication), name)
    except InputError as error:
        print(f"hydra_point: {error}", file=sys.stderr)
        sys.exit(2)
    logging.getLogger(__name__).info("%s = %r", name, value)
    return value


if __name__ == "__main__":
    main()
