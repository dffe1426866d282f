"""Typed configuration: models, rules and loading."""

from network.config.stack import StackConfig

__all__ = ["StackConfig"]
