"""The lineage of a pipeline, as it says it itself (doc/format/events.md)."""

from __future__ import annotations

import ctypes
import os
from typing import Iterable, Optional, Tuple, Union

from . import _library
from ._handle import Handle
from ._library import Path
from .errors import WrongUsage

Sample = Union[int, str]
"""A sample by its row in its dataset, from 0, or by its id."""

Source = Union[Sample, Tuple[int, Sample]]
"""A sample of an input; with several inputs ``(set, sample)``, the set from 0 in the order of
``--in``."""


def _row(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"a sample is a row, an int, or an id, a str: not {number!r}")
    if not 0 <= number < 1 << 32:
        raise WrongUsage(f"a row is a number from 0 to {(1 << 32) - 1}, not {number}")
    return number


def _sample(sample: Sample, set_: int = 0) -> _library.Sample:
    if isinstance(sample, str):
        return _library.Sample(_row(set_), 0, _library.string(sample, "an id"))
    return _library.Sample(_row(set_), _row(sample), None)


def _source(source: Source) -> _library.Sample:
    if isinstance(source, tuple):
        set_, sample = source
        return _sample(sample, set_)
    return _sample(source)


class Events:
    """Writes a stream of events, to be read by `sealwright data run --events FILE`.

    ``path`` is the file (default: ``SEALWRIGHT_EVENTS``, which that command sets); one that is there
    is replaced. Use it in a ``with`` statement, or close it: what is not closed is not whole. Say of
    each output what it is made of, and of each input that has no output why it was dropped::

        with sealwright.Events() as events:
            events.kept(0, 17)                     # output row 0 is input row 17
            events.edited("doc-4", "doc-4")        # the same by their ids
            events.merged(2, [(0, 3), (1, 0)])     # of two inputs
            events.dropped(5, "too short")

    What makes no sense by itself raises, and the stream goes on without it. What contradicts another
    event or the data is refused by the command, and nothing is recorded.
    """

    def __init__(self, path: Optional[Path] = None) -> None:
        named = path if path is not None else os.environ.get("SEALWRIGHT_EVENTS")
        if not named:
            raise WrongUsage(
                "no file is named, and SEALWRIGHT_EVENTS is not set: is this the command of "
                "`sealwright data run --events FILE`?"
            )
        self.path = os.fspath(named)
        self._handle = Handle(
            f"the stream '{self.path}'",
            lambda out: _library.library().sealwright_events_open(
                _library.path(self.path, "the stream's path"), out
            ),
            "sealwright_events_close",
            "sealwright_events_message",
        )

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        handle = self.__dict__.get("_handle")
        if handle is not None:
            handle.warn_if_open()

    def close(self) -> None:
        """Ends the stream. Raises when not all of it could be written."""
        self._handle.close()

    def output(
        self,
        sample: Sample,
        sources: Iterable[Source],
        kind: Optional[str] = None,
        confidence: float = 1.0,
    ) -> None:
        """An output and what it is made of. Without a kind: of one input it is kept or edited, as the
        contents say; of several it is merged; of none it is generated."""
        inputs = [_source(source) for source in sources]
        self._handle.check(
            "sealwright_events_output",
            ctypes.byref(_sample(sample)),
            (_library.Sample * len(inputs))(*inputs),
            len(inputs),
            _library.string(kind, "a kind"),
            confidence,
        )

    def kept(self, sample: Sample, source: Source) -> None:
        """The content of an input, unchanged."""
        self.output(sample, [source], "kept")

    def edited(self, sample: Sample, source: Source, confidence: float = 1.0) -> None:
        """An input, changed."""
        self.output(sample, [source], "edited", confidence)

    def split(self, sample: Sample, source: Source, confidence: float = 1.0) -> None:
        """A part of an input that has several outputs: one call for each."""
        self.output(sample, [source], "split", confidence)

    def duplicated(self, sample: Sample, source: Source) -> None:
        """A further copy of an input that was kept elsewhere."""
        self.output(sample, [source], "duplicated")

    def packed(self, sample: Sample, sources: Iterable[Source], confidence: float = 1.0) -> None:
        """Several inputs, one behind the other."""
        self.output(sample, sources, "packed", confidence)

    def merged(self, sample: Sample, sources: Iterable[Source], confidence: float = 1.0) -> None:
        """Several inputs, made into one."""
        self.output(sample, sources, "merged", confidence)

    def generated(self, sample: Sample) -> None:
        """Made of no input."""
        self.output(sample, [], "generated")

    def dropped(self, source: Source, reason: str) -> None:
        """An input that has no output, and why. Samples are counted by the reason: use few."""
        self._handle.check(
            "sealwright_events_drop",
            ctypes.byref(_source(source)),
            _library.string(reason, "a reason"),
        )
