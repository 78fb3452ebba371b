"""Pages for the staff of the agency."""
