"""How many patrol cars does a zone of a city need?

Question. Four zones with 200 centres share 34 patrol cars on long loops, eight or nine to a zone. What would fewer or
more cars do to response and presence, and where does it end?

Design. Four options of 23, 34, 60 and 113 cars, six, eight, fifteen and twenty-eight to a zone
(``conf/study/patrols-per-area.yaml``), ten days each, every option on the very same days. Cars come on top of the plan,
so heads are not equal: from 34 to 113 cars 346 more are mobilised.

Answer. Each step buys less for a car. From 23 to 34 cars the potential response falls from 2.75 to 2.40 minutes, to 60
cars 1.71, to 113 cars 1.07: 1.9, 1.6 and 0.7 seconds for each further car. The mean response falls from 8.4 to 8.0, 7.6
and 6.8 minutes, for most of it is the call and its handling. The gap between patrols falls from 102 to 79, 49 and 29
minutes. All differences to 34 cars named here exclude zero. The share of urgent incidents within target, 97 to 99 %, does
not tell the options apart.

Run it with ``python experiments/patrols_per_area.py`` (under a minute). The stored table beside this file is a copy of
the study's ``table.csv``, renewed on purpose.
"""

import sys

from sim.cli import main

if __name__ == "__main__":
    sys.exit(main(["sweep", "study=patrols-per-area", *sys.argv[1:]]))
