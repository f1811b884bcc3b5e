"""What each command does, as functions from parsed words to an answer; printing and Hydra stay in ``sim.cli``."""
