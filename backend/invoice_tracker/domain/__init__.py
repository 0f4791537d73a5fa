"""Rules of the trade as pure functions: no input or output, no clock, standard library only."""
