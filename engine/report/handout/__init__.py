"""The report that one hands over: one model, made from the advice, that every format is written from."""
