"""One client, fast: a rulebase as Python source, compiled once."""
