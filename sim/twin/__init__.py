"""The analytic twin: what the formulas of queueing and geometry say of a scenario, beside what the simulation says.

Nothing here runs a day. Code of its own throughout, so that a mistake of the engine is not made twice.
"""
