"""The `network` command: what Pulumi cannot do."""

from network.cli.app import app

__all__ = ["app"]
