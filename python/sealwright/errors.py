"""What can go wrong. Every exception has the library's own words."""

from __future__ import annotations

import enum


class Status(enum.IntEnum):
    """What a call answers: the command's exit status. Only ``PASS`` is a pass."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    NO_EVIDENCE = 3
    ERROR = 4


class SealwrightError(Exception):
    """A call could not answer, or the answer is not yes. ``status`` says which."""

    status: Status = Status.ERROR


class Failed(SealwrightError):
    """It was checked, and the answer is no; or the input is malformed."""

    status = Status.FAIL


class WrongUsage(SealwrightError, ValueError):
    """The call makes no sense."""

    status = Status.USAGE


class NoEvidence(SealwrightError):
    """What would have to be checked is not there: never a pass."""

    status = Status.NO_EVIDENCE


class Unavailable(SealwrightError, OSError):
    """It could not be done: files, memory, locks."""

    status = Status.ERROR


_BY_STATUS = {
    Status.FAIL: Failed,
    Status.USAGE: WrongUsage,
    Status.NO_EVIDENCE: NoEvidence,
    Status.ERROR: Unavailable,
}


def check(status: int, message: str) -> None:
    """Raises the exception for a status that is not a pass."""
    if status != Status.PASS:
        raise _BY_STATUS.get(Status(status), SealwrightError)(message)
