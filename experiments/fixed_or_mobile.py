"""Fixed or mobile: what does a city gain when officers at polling centres become patrol cars, not one officer more?

Question. A team of officers stands at each of 200 centres of a city; few cars patrol between them. What does moving
10, 30 or 60 % of the officers at centres into patrol cars buy, and what does it cost?

Design. Four options at equal heads (4,494 mobilised, ``conf/study/fixed-or-mobile.yaml``), ten days each, every
option on the very same days. Patrol loops are long in the plan as it stands, so that cars are scarce.

Answer. The first tenth buys most: the potential response falls from 2.4 minutes by 1.1 (half), with 30 % by 2.0 and
with 60 % by 2.1; the mean response falls from 8.1 to 7.1 and 6.1 minutes and hardly further, most of it the call and
its handling. The gap between patrols falls from 78 to 36, 19 and 7 minutes, and what presence prevents rises from
23.3 incidents a day by 3.4, 4.2 and 4.6. The price is seen at the doors: of 24 incidents that fixed teams settle 1.9,
3.6 and 9.4 are lost to them. All these intervals exclude zero. Beyond 30 % a city pays much for little.

Run it with ``python experiments/fixed_or_mobile.py`` (under a minute). The stored table beside this file is a copy of
the study's ``table.csv``, renewed on purpose.
"""

import sys

from sim.cli import main

if __name__ == "__main__":
    sys.exit(main(["sweep", "study=fixed-or-mobile", *sys.argv[1:]]))
