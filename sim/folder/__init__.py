"""Folder worlds: other people's cases as a few CSV files, run exactly as given. The columns stand in docs/folder.md."""

from __future__ import annotations

from sim.folder.read import FolderWorld, read_folder

__all__ = ["FolderWorld", "read_folder"]
