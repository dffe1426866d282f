"""Looking again and again, beside everything else."""

import threading
from abc import ABC, abstractmethod

from lab.cloud.backend import Report


class Rounds(ABC):
    """Looks every `pause` seconds, in one thread."""

    def __init__(self, name: str, pause: float, report: Report) -> None:
        self._pause = pause
        self._report = report
        self._told: set[str] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Look until `stop`; first after a pause."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the look that is under way; what it has made stays as it is."""
        self._ended.set()
        self._thread.join()

    @abstractmethod
    def look(self) -> None:
        """Look once."""

    def _tell(self, trouble: str) -> None:
        """Report what went wrong, once: the next look tries again."""
        if trouble not in self._told:
            self._told.add(trouble)
            self._report(trouble)

    def _run(self) -> None:
        while not self._ended.wait(self._pause):
            self.look()
