"""Days that people make: another decision from a moment on, exercises with their injects, and their paper."""
