"""The rulebase as formulas for z3: what holds for all clients at once, and the smallest change that flips an outcome."""
