"""A stack file as text: read as Pulumi reads it, each key with its line, refused where readers differ."""

from network.stack_file.fault import Fault
from network.stack_file.reader import StackFile, read

__all__ = ["Fault", "StackFile", "read"]
