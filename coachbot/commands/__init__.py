"""Commands with more to say than fits beside the others: a module a subject, hung in by `coachbot.cli`."""
