"""Pages for visitors: the questionnaire and the advice."""
