"""Truth from outside: formulas, chains and short recursions written from the literature, independent of ``sim``.

Nothing here imports the program under test. Every function is pure and names its source.
"""
