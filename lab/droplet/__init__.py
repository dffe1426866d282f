"""A Droplet as a network namespace, which runs its real user data (ADM-3)."""

from lab.droplet.machine import Machine
from lab.droplet.metadata import serve_tags

__all__ = ["Machine", "serve_tags"]
