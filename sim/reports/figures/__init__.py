"""Figures as functions: each takes data, an axis and the words of a language, draws, and returns the axis."""
