"""What a kind of middleware is, said by its model: rules and reviews ask for it."""

from typing import ClassVar

from network.config.model import Model


class Guard(Model):
    """Decides who gets in."""


class Login(Guard):
    """Lets in whom it knows."""


class Limit(Model):
    """Keeps one client or one failure from taking all."""

    missed: ClassVar[str]
    """What its want means, in a review's words."""
