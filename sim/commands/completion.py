"""Tab completion: what may follow what has been typed, and the few lines that teach a shell to ask."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from sim.commands.asked import DESIGNS, study_words
from sim.commands.grammar import EXPERIMENT, PLAN, groups, options_in
from sim.commands.parser import COMMANDS, OPTIONS
from sim.errors import InputError, nearest
from sim.settings import Settings
from sim.settings.gate import known_keys

# A shell hands over the line up to the cursor and gets whole words back. bash cuts words at = and :, so what stands before the
# last of them is cut off again; a word that goes on (a key, a group) gets no space after it. What zsh gets may be read by
# ~/.zshrc, also by one that does not set up completion, or lie in a folder of $fpath as _pollday.
_BASH = r"""_pollday() {
  local line="${COMP_LINE:0:COMP_POINT}" word found
  word="${line##* }"
  COMPREPLY=()
  while IFS= read -r found; do
    COMPREPLY+=("${found#"${word%"${word##*[=:]}"}"}")
  done < <(pollday --complete "$line" 2>/dev/null)
}
complete -o default -o nospace -F _pollday pollday
"""
_ZSH = r"""#compdef pollday
_pollday() {
  local -a found
  found=("${(@f)$(pollday --complete "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
  [[ -n $found[1] ]] && compadd -S '' -- "${found[@]}" || _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _pollday "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _pollday pollday
fi
"""
_FISH = r"""complete -c pollday -a '(pollday --complete (commandline -cp) 2>/dev/null)'
"""
SHELLS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
_OVERRIDDEN = ("run", "sweep", "territory", "forces", "tape", "plan")
"""Commands that take settings."""
PLAN_ACTIONS = ("export", "import")
LANGUAGES = ("en", "fr", "ar", "ar_DZ", "ar_LY", "ar_MA")
"""Written here again: a shell that waits for a word does not wait for the catalogues (a test compares the two)."""


def script(shell: str) -> str:
    """The lines that teach a shell. Raises ``InputError`` for a shell that is not known."""
    if shell not in SHELLS:
        raise InputError(f"--completion {shell}: no such shell{nearest(shell, SHELLS)}; there is {', '.join(SHELLS)}")
    return SHELLS[shell]


def complete(line: str) -> list[str]:
    """Whole words that may stand at the end of a line: commands, options, groups and their options, keys, words of a study."""
    *before, word = line.split(" ")[1:] or [""]
    typed = [one for one in before if one]
    if not typed:
        return _fitting((*COMMANDS, "--help", "--version", "--completion"), word)
    name = typed[0]
    if name == "--completion":
        return _fitting(SHELLS, word)
    if name not in COMMANDS:
        return []
    if word.startswith("-"):
        return _fitting(_flags(name), word)
    if name == "explain":
        return _fitting(_keys(), word)
    if name == "plan" and len(typed) < 3 and "=" not in word:
        return _fitting(PLAN_ACTIONS if len(typed) == 1 else _workbooks(word), word)
    return _settings(name, word) if name in _OVERRIDDEN else []


def _workbooks(start: str) -> list[str]:
    """Workbooks in the folder that has been typed, by path."""
    folder = Path(start).parent if not start.endswith("/") else Path(start)
    return sorted(str(path) for path in folder.glob("*.xlsx")) if folder.is_dir() else []


def _fitting(words: Iterable[str], start: str) -> list[str]:
    return [word for word in words if word.startswith(start)]


def _flags(name: str) -> list[str]:
    return [flag for option in ("json", *COMMANDS[name].options) for flag in OPTIONS[option][0] if flag.startswith("--")]


def _settings(name: str, word: str) -> list[str]:
    """Words that set something, or values of the one that is typed."""
    key, equals, value = word.partition("=")
    if not equals:
        return _keys_at(name, word)
    done, comma, last = value.rpartition(",") if name == "sweep" else ("", "", value)
    taken = done.split(",") if comma else []
    values = ("preset", *_workbooks(last)) if key == PLAN else _values(key.lstrip("+"))
    return [f"{key}={done}{comma}{one}" for one in values if one.startswith(last) and one not in taken]


def _values(key: str) -> tuple[str, ...]:
    """Values that have names."""
    named = {"study": lambda: options_in("study"), EXPERIMENT: lambda: options_in(EXPERIMENT), "design": lambda: DESIGNS}
    named |= {"language": lambda: LANGUAGES, "engine": lambda: ("loky", "dask"), "inputs": lambda: ("fixed", "drawn")}
    if key in named:
        return named[key]()
    return groups().get(key, ())


def _keys_at(name: str, word: str) -> list[str]:
    """Groups, keys and words of a study down to the next point: a key ends in ``=``, a group of keys in a point.

    A group that also has options is offered both ways.
    """
    sign, start = ("+" if word.startswith("+") else ""), word.lstrip("+")
    depth = start.count(".") + 1
    own = {"plan": ["language"], "sweep": [] if sign else study_words()}.get(name, [])
    known = [EXPERIMENT, PLAN, *groups(), *_keys(), *own]
    chosen = {EXPERIMENT, PLAN, "language", *groups(), *study_words()}
    found: dict[str, None] = {}
    for full in known:
        parts = full.split(".")
        if full.startswith(start) and len(parts) > depth:
            found[f"{'.'.join(parts[:depth])}."] = None
        elif full.startswith(start) and (full in chosen or full not in _inner()):
            found[f"{full}="] = None
    return [f"{sign}{key}" for key in found]


@cache
def _inner() -> frozenset[str]:
    """Keys that hold other keys."""
    return frozenset(key.rpartition(".")[0] for key in _keys())


@cache
def _keys() -> tuple[str, ...]:
    return known_keys(Settings)
