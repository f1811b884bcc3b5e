"""The engine measured against a plain SimPy program on the same work (``pollday bench``)."""
