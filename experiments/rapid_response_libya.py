"""Where to base rapid response in Libya: near the people, in a few towns, or far out?

Question. Nine directorates share twelve rapid-response units. Distances between towns reach 150 km and more. Is it
better to base the units by number of centres, in two or four large towns, or to give the far south and east more than
their share?

Design. Four options of the same twelve units (``conf/study/rapid-response-libya.yaml``), ten days each, every option
on the very same days, which are rough (three times the high regime). Neighbouring directorates help where no unit is
free.

Answer. Far out. Giving Kufra and Murzuq a second unit and Benghazi two instead of four makes the potential response,
over all centres by risk, 0.9 minutes shorter (of 12.0; interval 0.4 to 1.4) and covers 0.4 points more offices, 1.4
in the worst directorate; basing all twelve in two or four towns makes nothing better, for patrol cars answer in town.
Means of actual responses and the share within target are too noisy to tell the options apart in ten days. Levels rest
on assumed rates.

Run it with ``python experiments/rapid_response_libya.py`` (under a minute). The stored table beside this file is a
copy of the study's ``table.csv``, renewed on purpose.
"""

import sys

from sim.cli import main

if __name__ == "__main__":
    sys.exit(main(["sweep", "study=rapid-response-libya", *sys.argv[1:]]))
