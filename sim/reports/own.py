"""What a study calls itself and its options, in the reader's language: shipped ones are translated, others keep their words."""

from __future__ import annotations

from dataclasses import replace

from sim.language import Language
from sim.reports.stored import Stored
from sim.study.design import Study
from sim.study.result import StudyResult
from sim.study.uncertainty import Uncertain

TYPED = "pollday sweep"
"""How the question of a study begins that was asked for on the command line: then it is the command."""


def in_words(stored: Stored, words: Language) -> Stored:
    """A stored study with its question and the names of its options as the language has them."""
    study = _study(stored.result.study, words)
    uncertain = stored.uncertain
    if uncertain is not None:
        uncertain = Uncertain(_result(uncertain.assumed, study), _result(uncertain.drawn, study))
    return replace(stored, result=_result(stored.result, study) if uncertain is None else uncertain.drawn, uncertain=uncertain)


def _study(study: Study, words: Language) -> Study:
    names = {option.name: words.say(option.name) for option in study.options}
    if len(set(names.values())) < len(names):  # two names of somebody's own mean the same to the catalogue
        names = {name: name for name in names}
    options = tuple(replace(option, name=names[option.name]) for option in study.options)
    return replace(study, question=question(study, words), options=options, baseline=names[study.baseline])


def question(study: Study, words: Language) -> str:
    """What a study asks; of one that was typed without a question, what every study asks."""
    typed = study.question.startswith(TYPED)
    return words.say("Which of these options serves best?") if typed else words.say(study.question)


def _result(result: StudyResult, study: Study) -> StudyResult:
    return StudyResult(replace(study, replications=result.study.replications), result.outcomes)
