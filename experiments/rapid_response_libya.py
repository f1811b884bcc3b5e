"""Where to base rapid response in Libya: near the people, in a few towns, or far out?

Question. Nine directorates share twelve rapid-response units. Distances between towns reach 150 km and more. Is it
better to base the units by number of centres, in two or four large towns, or to give the far south and east more than
their share?

Design. Four options of the same twelve units (``conf/study/rapid-response-libya.yaml``), ten days each, every option
on the very same days, which are rough (three times the high regime). Neighbouring directorates help where no unit is
free.

Answer. Ten days cannot tell. Giving Kufra and Murzuq a second unit and Benghazi two instead of four looks best: the
potential response, over all centres by risk, is 1.0 minutes shorter of 11.5, but the interval that holds for the three
options together reaches from 2.0 shorter to 0.1 longer (1.3 minutes would have shown), and 0.4 points more offices
covered are no certain gain either. Basing all twelve in two or four towns makes nothing better or worse that shows, for
patrol cars answer in town. Actual responses and the share within target are noisier still. Levels rest on assumed rates.

Run it with ``python experiments/rapid_response_libya.py`` (under a minute). The stored table beside this file is a
copy of the study's ``table.csv``, renewed on purpose.
"""

import sys

from sim.cli import main

if __name__ == "__main__":
    sys.exit(main(["sweep", "study=rapid-response-libya", *sys.argv[1:]]))
