"""Text to the linked rulebase, and client files to answers."""
