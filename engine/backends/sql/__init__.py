"""The rulebase as one SQL query over a table of clients, for the warehouse in which they are."""
