"""`python -m network`."""

from network.cli import app

app()
