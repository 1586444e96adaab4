"""`python -m slipcast`: the program, for those who have no script of it on their path."""

from slipcast.wiring.cli import main

main()
