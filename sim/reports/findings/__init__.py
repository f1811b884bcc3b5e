"""What a planner asks of a study, as pure functions over arrays: knee, efficient options, marginal value, what broke first."""
