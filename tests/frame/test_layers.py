"""The layers of sim/DESIGN.md, read from the import statements of every module."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIM = ROOT / "sim"

# Lowest first. A row is a set of modules or packages right below sim/ that do not import each other.
ROWS: list[set[str]] = [
    {"errors", "data"},
    {"clock", "streams", "digest", "resources", "yamlfile", "names", "given", "plugins"},
    {"settings", "tables", "trace", "evidence"},
    {"movement", "gates"},
    {"territory"},
    {"language"},
    {"forces"},
    {"demand"},
    {"policies"},
    {"scenario"},
    {"arrays", "build"},
    {"replan"},
    {"processes"},
    {"measures"},
    {"twin"},
    {"runs", "folder"},
    {"study", "bench", "plans"},
    {"reports"},
    {"replay"},
    {"exercise"},
    {"commands"},
    {"__init__", "cli", "__main__"},
]
LEVEL = {name: level for level, row in enumerate(ROWS) for name in row}
INSIDE_TOP_ROW = {("cli", "__init__"), ("__main__", "cli")}
ONLY_IN = {
    "hydra": re.compile(r"sim\.cli"),
    "omegaconf": re.compile(r"sim\.cli"),
    "simpy": re.compile(r"sim\.(processes(\..*)?|bench\.(plain|programs))"),
}
MAY_PRINT = re.compile(r"sim\.(cli.*|__main__|bench\.command|commands\.sweep)")


def module_name(path: Path) -> str:
    """``sim/forces/ledger.py`` -> ``sim.forces.ledger``; a package is named without ``__init__``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = {module_name(path): path for path in sorted(SIM.rglob("*.py"))}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(PATHS[module].read_text(encoding="utf-8"))


def row_name(module: str) -> str:
    """``sim.forces.ledger`` -> ``forces``; ``sim`` itself -> ``__init__``."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def base_of(node: ast.ImportFrom, module: str) -> str:
    """The absolute name after ``from``, with leading dots resolved."""
    if not node.level:
        return node.module or ""
    package = module.split(".") if PATHS[module].name == "__init__.py" else module.split(".")[:-1]
    return ".".join([*package[: len(package) + 1 - node.level], *filter(None, [node.module])])


def imports(module: str, nodes: Iterator[ast.AST] | list[ast.stmt] | None = None) -> Iterator[str]:
    """Absolute names of everything ``module`` imports, in functions too unless ``nodes`` says otherwise."""
    for node in ast.walk(tree(module)) if nodes is None else nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = base_of(node, module)
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from (name if name in PATHS else base for name in names)


def complaints(module: str) -> Iterator[str]:
    """What is wrong with the imports of one module, in words."""
    own = row_name(module)
    for name in sorted(set(imports(module))):
        top = name.split(".")[0]
        if top == "experiments":
            yield f"{module} imports {name}: sim never imports experiments"
        if top in ONLY_IN and not ONLY_IN[top].fullmatch(module):
            yield f"{module} imports {name}: allowed in {ONLY_IN[top].pattern} only"
        if top != "sim" or row_name(name) == own or (own, row_name(name)) in INSIDE_TOP_ROW:
            continue
        if LEVEL.get(row_name(name), len(ROWS)) >= LEVEL.get(own, len(ROWS)):
            yield f"{module} imports {name}, which is not in a lower layer"


def test_every_module_has_its_layer() -> None:
    unknown = sorted({row_name(module) for module in PATHS} - LEVEL.keys())
    assert not unknown, f"not in any layer: {unknown}; add them to ROWS in {Path(__file__).name}, and to sim/DESIGN.md"


def test_every_module_imports_only_from_lower_layers() -> None:
    found = [complaint for module in PATHS for complaint in complaints(module)]
    assert not found, "\n".join(found)


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module: set(imports(module, tree(module).body)) & PATHS.keys() for module in PATHS}
    for module, needs in graph.items():
        needs.discard(module)
    list(TopologicalSorter(graph).static_order())


def test_only_the_command_line_prints() -> None:
    lines = [
        f"{module}: line {node.lineno}"
        for module in PATHS
        if not MAY_PRINT.fullmatch(module)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not lines, f"{lines} print: return the text, cli.py prints it"


def test_what_sim_imports_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    declared = {canonical(re.split(r"[^\w.-]", line)[0]) for line in [*project["dependencies"], *extras]}
    declared |= {"omegaconf"} if "hydra-core" in declared else set()  # hydra's own config library
    owners = packages_distributions()
    foreign = {name.split(".")[0] for module in PATHS for name in imports(module)} - sys.stdlib_module_names - {"sim"}
    missing = {name for name in foreign if not declared & {canonical(owner) for owner in owners.get(name, [name])}}
    assert not missing, f"imported but not in pyproject.toml: {sorted(missing)}"


def canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
