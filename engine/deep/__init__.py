"""What can be said about the rulebase for every possible client: guarantees, useless rules, cases, differences."""
