"""Rehearsals: the very engine of production on a clock of its own, with no consequences."""
