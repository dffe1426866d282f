"""`python -m lab`."""

from lab.commands.app import main

main()
