"""Two options as a study of their own: of one stored study, or of two studies that faced the same days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sim.errors import InputError, nearest
from sim.reports.stored import Stored
from sim.study.design import Option, Study
from sim.study.result import StudyResult
from sim.study.uncertainty import Uncertain


def pair(stored: Stored, names: Sequence[str]) -> Stored:
    """Two options of a study, the first of them the baseline. Raises ``InputError`` for a name it does not have."""
    known = [option.name for option in stored.result.study.options]
    for name in names:
        if name not in known:
            raise InputError(f"{name}: no such option{nearest(name, known)}; there is {', '.join(known[:12])}")
    if len(set(names)) < 2:
        raise InputError(f"'{names[0]}' is compared with itself; name two options")
    chosen = [known.index(name) for name in names]
    uncertain = stored.uncertain
    if uncertain is not None:
        uncertain = Uncertain(_some(uncertain.assumed, chosen), _some(uncertain.drawn, chosen))
    result = _some(stored.result, chosen)
    digests = [stored.digests[number] for number in chosen]
    return replace(stored, result=result, uncertain=uncertain, missing=_missing(result), digests=digests)


def _some(result: StudyResult, chosen: Sequence[int]) -> StudyResult:
    """The same days of some options, the first of them the baseline."""
    options = tuple(result.study.options[number] for number in chosen)
    place = {number: position for position, number in enumerate(chosen)}
    outcomes = {(place[option], day): out for (option, day), out in result.outcomes.items() if option in place}
    return StudyResult(replace(result.study, options=options, baseline=options[0].name), outcomes)


def _missing(result: StudyResult) -> int:
    """Days of the two that are not stored; with a precision rule each has as many as it took."""
    wanted = 0 if result.study.precision else len(result.study.options) * result.study.replications
    return max(wanted - len(result.outcomes), 0)


def joined(first: Stored, second: Stored, folders: Sequence[Path]) -> Stored:
    """Two studies of one option each as a study of two, named by their folders; the first is the baseline.

    Raises ``InputError`` where one has several options, where they faced different days, and where their inputs differ.
    """
    for stored, folder in zip((first, second), folders):
        options = stored.result.study.options
        if len(options) != 1:
            raise InputError(
                f"{folder}: has {len(options)} options; two studies are compared if each has one\n"
                f"two options of one study: pollday compare {folder} '{options[0].name}' '{options[1].name}'"
            )
    if (first.uncertain is None) != (second.uncertain is None):
        raise InputError("one study has its inputs drawn and the other has not: they are not comparable")
    names = _names(first, second, folders)
    result = _both(first.result, second.result, names)
    if not result.same_days or not _common(result):
        raise InputError(
            f"{folders[0]} and {folders[1]} faced different days: a difference would be that of the days\n"
            "give both the same seed and demand, or make one study of two options"
        )
    uncertain = None
    if first.uncertain is not None and second.uncertain is not None:
        drawn = second.uncertain.drawn
        uncertain = Uncertain(_both(first.uncertain.assumed, second.uncertain.assumed, names), _both(result, drawn, names))
        uncertain = replace(uncertain, drawn=result)
    return Stored(
        result, uncertain, first.missing + second.missing, first.failed + second.failed, first.about,
        [*first.digests, *second.digests], [*first.notes, *second.notes],
    )  # fmt: skip


def _names(first: Stored, second: Stored, folders: Sequence[Path]) -> list[str]:
    """Names of the two: of their options where these differ, else of their folders, else with a number."""
    own = [stored.result.study.options[0].name for stored in (first, second)]
    told = own if own[0] != own[1] else [folder.resolve().name for folder in folders]
    return told if told[0] != told[1] else [f"{name} ({number})" for number, name in enumerate(told, start=1)]


def _both(first: StudyResult, second: StudyResult, names: Sequence[str]) -> StudyResult:
    options = tuple(
        replace(result.study.options[0], name=name, world="") for result, name in zip((first, second), names)
    )  # presets of their own worlds are no options of one study; the days are compared by their tapes
    study = _study(first.study, second.study, options)
    outcomes = {(0, day): out for (_, day), out in first.outcomes.items()}
    return StudyResult(study, outcomes | {(1, day): out for (_, day), out in second.outcomes.items()})


def _study(first: Study, second: Study, options: tuple[Option, ...]) -> Study:
    """A study of two options. Raises ``InputError`` where they cannot be options of one study."""
    name = f"{options[0].name} – {options[1].name}"
    question = first.question if first.question == second.question else f"{first.question} / {second.question}"
    days = max(first.replications, second.replications)
    return replace(first, name=name, question=question, options=options, baseline=options[0].name, replications=days)


def _common(result: StudyResult) -> bool:
    days = [{day for option, day in result.outcomes if option == number} for number in (0, 1)]
    return bool(days[0] & days[1])
