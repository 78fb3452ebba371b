"""Pure data: vocabulary, conditions, rules, the linked rulebase, advice."""
