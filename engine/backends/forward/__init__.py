"""Forward chaining on experta, one client at a time."""
