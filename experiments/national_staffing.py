"""What would the nation gain if officers standing at centres were moved to patrol cars?

Question. Algeria 2017 mobilises 265,000 heads. A team of officers stands at each of 12,400 centres; cars patrol between them. If not one
officer more were mobilised, would moving 5, 10 or 20 % of the officers at centres into patrol cars bring help sooner, and what would it cost?

Design. Four options at equal heads (``conf/study/national-staffing.yaml``), ten days each, every option on the very same days; the deciding
statistic is the potential response, because counting incidents is far noisier.

Answer. See ``national_staffing.csv``, the stored table of this study; ``make sweep`` makes it anew. More cars shorten the potential response
and the gaps between visits at every step; fewer officers at centres settle fewer incidents on the spot. Levels rest on assumed rates and
synthetic sites: read differences, not levels.

Run it with ``python experiments/national_staffing.py``; words are passed on, so ``replications=2`` makes a quick one.
"""

import sys

from sim.cli import main

if __name__ == "__main__":
    sys.exit(main(["sweep", "study=national-staffing", *sys.argv[1:]]))
