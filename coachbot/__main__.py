"""`python -m coachbot`: the commands, where the script `coachbot` is not in the PATH."""

from coachbot.cli import main

main()
