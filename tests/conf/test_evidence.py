"""Every number of the configuration says where it comes from."""

from __future__ import annotations

from fnmatch import fnmatchcase

from sim.cli import compose, groups
from sim.evidence import TAGS, evidence_of, numeric_leaves, patterns
from sim.resources import conf_dir
from sim.settings import Settings, dump
from sim.yamlfile import load_yaml


def every_leaf() -> list[str]:
    """Dotted keys of all numbers of the defaults, of every preset and of every option of every group."""
    configs = [dump(Settings()), *(dump(compose([f"preset={preset}"])) for preset in groups()["preset"])]
    for group, options in groups().items():
        if group != "preset":
            configs += [{group: load_yaml(conf_dir() / group / f"{option}.yaml")} for option in options]
    plan = ["staffing.heads.Z1.police.rrv.day=6", "staffing.mobilised_in.Z1.police=900"]
    configs.append(dump(compose(plan)))  # what a plan that is handed in gives
    leaves = {leaf for config in configs for leaf in numeric_leaves(config)}
    return sorted(leaf for leaf in leaves if ".defaults" not in leaf)


def test_every_number_has_evidence() -> None:
    bare = [key for key in every_leaf() if evidence_of(key) is None]
    assert bare == []


def test_every_pattern_is_the_first_for_some_number() -> None:
    leaves = every_leaf()
    first = {next(p for p in patterns() if fnmatchcase(key, p)) for key in leaves}
    assert sorted(set(patterns()) - first) == []


def test_every_entry_has_tag_and_unit() -> None:
    for pattern, entry in patterns().items():
        assert entry["tag"] in TAGS, pattern
        assert set(entry) <= {"tag", "unit", "range", "source", "plan"}, pattern
        assert isinstance(entry["unit"], str | int), pattern
        if entry["tag"] in ("found", "derived", "literature"):
            assert entry.get("source") or "compliance" in pattern, pattern
