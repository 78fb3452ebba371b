"""Events for other programs: written down with what happened, then sent, signed, until they arrive or are put aside."""
