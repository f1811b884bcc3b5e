"""Where to base rapid response in Libya: near the people, in a few towns, or far out?

Question. Nine directorates share twelve rapid-response units. Distances between towns reach 150 km and more. Is it
better to base the units by number of centres, in two or four large towns, or to give the far south and east more than
their share?

Design. Four options of the same twelve units (``conf/study/rapid-response-libya.yaml``), ten days each, every option
on the very same days, which are rough (three times the high regime). Neighbouring directorates help where no unit is
free.

Answer. Far out. Giving Kufra and Murzuq a second unit and Benghazi two instead of four makes the potential response,
over all centres by risk, 1.1 minutes shorter (of 12.6; interval 0.5 to 1.7) and covers 0.4 points more offices;
basing all twelve in two or four towns makes nothing better (in four towns 0.4 points fewer offices are covered), for
patrol cars answer in town. Means of actual responses and the share within target are too noisy to tell the options
apart in ten days. Levels rest on assumed rates.

Run it with ``python experiments/rapid_response_libya.py`` (under a minute). The stored table beside this file is a
copy of the study's ``table.csv``, renewed on purpose.
"""

import sys

from sim.cli import main

if __name__ == "__main__":
    sys.exit(main(["sweep", "study=rapid-response-libya", *sys.argv[1:]]))
