"""The rulebase as definitions of columns over a table of clients: what the column and SQL backends translate."""
