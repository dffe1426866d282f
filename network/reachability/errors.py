"""What cannot be analysed, told so that it can be found and mended."""


class UnreadableError(Exception):
    """An object that means nothing, or something that this analysis does not model.

    To leave such a policy out would be a wrong answer, so whoever reads a cluster passes this on.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path
        """Where in the object, such as `spec.ingress[0].from[1]`."""
        self.problem = problem


class UnreadableClusterError(Exception):
    """Everything that is wrong with what was given as a cluster."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
