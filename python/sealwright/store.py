"""A store: verify a model, ask the gate, record and find claims."""

from __future__ import annotations

import ctypes
import dataclasses
import os
import pathlib
from typing import Iterator, List, Optional, Tuple

from . import _library
from ._handle import Handle
from ._library import Path
from .errors import Status, Unavailable, WrongUsage, check


def find_store(start: Optional[Path] = None) -> str:
    """The store that the command would use: ``SEALWRIGHT_STORE``, else ``.sealwright`` in ``start``
    (the working directory) or above."""
    named = os.environ.get("SEALWRIGHT_STORE")
    if named:
        return named
    here = pathlib.Path(start if start is not None else os.getcwd()).absolute()
    for directory in (here, *here.parents):
        store = directory / ".sealwright"
        if store.is_dir():
            return str(store)
    raise Unavailable(f"there is no .sealwright in '{here}' or above; `sealwright init` makes one")


@dataclasses.dataclass(frozen=True)
class Problem:
    """A difference between a model and what was signed (kinds: doc/json.md, verify)."""

    path: str
    kind: str
    detail: str


@dataclasses.dataclass(frozen=True)
class Verification:
    """What was found when every file of a model was compared with what was signed. It is true only
    when it is a pass."""

    verdict: Status
    signer: Optional[str]
    model_root: Optional[str]
    files: int
    bytes: int
    problems: Tuple[Problem, ...]
    signature: Optional[str] = None

    def __bool__(self) -> bool:
        return self.verdict is Status.PASS

    def check(self) -> "Verification":
        """Raises unless it is a pass; gives itself."""
        check(self.verdict, "; ".join(map(_problem_words, self.problems)) or "it is not verified")
        return self


@dataclasses.dataclass(frozen=True)
class Rule:
    """What one rule of the policy decided, and what would make it pass."""

    name: str
    verdict: Status
    reason: str
    satisfy: str


@dataclasses.dataclass(frozen=True)
class Decision:
    """What the gate decided about a model. It is true only when it is a pass."""

    verdict: Status
    rules: Tuple[Rule, ...]
    claim: Optional[str]
    leaf: Optional[int]
    signature: Optional[str] = None

    def __bool__(self) -> bool:
        return self.verdict is Status.PASS

    def check(self) -> "Decision":
        """Raises unless it is a pass; gives itself."""
        bad = [rule for rule in self.rules if rule.verdict is not Status.PASS]
        words = "; ".join(f"{rule.name}: {rule.reason}" for rule in bad)
        check(self.verdict, words or "it is not admitted")
        return self


@dataclasses.dataclass(frozen=True)
class Claim:
    """A claim in the log. ``time`` is seconds since 1970 when the log recorded it."""

    leaf: int
    claim: str
    predicate_type: str
    time: int


def _problem_words(problem: Problem) -> str:
    return f"{problem.path}: {problem.kind}" + (f", {problem.detail}" if problem.detail else "")


def _optional(value: Optional[bytes]) -> Optional[str]:
    return None if value is None else _library.text(value)


def _problems(found: _library.Verification) -> Iterator[Problem]:
    for i in range(found.problem_count):
        p = found.problems[i]
        yield Problem(_library.text(p.path), _library.text(p.kind), _library.text(p.detail))


def _rules(made: _library.Decision) -> Iterator[Rule]:
    for i in range(made.rule_count):
        rule = made.rules[i]
        yield Rule(
            _library.text(rule.name),
            Status(rule.verdict),
            _library.text(rule.reason),
            _library.text(rule.satisfy),
        )


class Store:
    """An open store; close it, or use it in a ``with`` statement.

    ``path`` is the store's directory (default: find_store()). It is opened for reading, which takes
    no lock; with ``write`` for admissions and appending, with ``record`` for appending and
    checkpoints only (nothing is forked). Nobody else can write while it is open to write.
    ``log_policy`` and ``checkpoint`` are files that are kept where who can write to the store
    cannot: a store that is not the one that they tell of is refused.

    Open a store that writes before the program is large and before it holds secrets.
    """

    def __init__(
        self,
        path: Optional[Path] = None,
        *,
        write: bool = False,
        record: bool = False,
        log_policy: Optional[Path] = None,
        checkpoint: Optional[Path] = None,
    ) -> None:
        if write and record:
            raise WrongUsage("a store is opened to write or to record: writing is both")
        self.path = os.fspath(path if path is not None else find_store())
        mode = _library.WRITE if write else _library.RECORD if record else _library.READ
        self._handle = Handle(
            f"the store '{self.path}'",
            lambda out: _library.library().sealwright_open_pinned(
                _library.path(self.path, "the store's path"),
                mode,
                _library.path(log_policy, "log_policy"),
                _library.path(checkpoint, "checkpoint"),
                out,
            ),
            "sealwright_close",
            "sealwright_message",
        )

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        handle = self.__dict__.get("_handle")
        if handle is not None:
            handle.warn_if_open()

    def close(self) -> None:
        """Publishes what was appended, and closes."""
        self._handle.close()

    def verify(self, model: Path, signature: Optional[Path] = None) -> Verification:
        """Compares every file of a model with what was signed: with ``signature``, or model.sig in
        or beside the model."""
        out = ctypes.POINTER(_library.Verification)()
        status, words = self._handle.call_with_message(
            "sealwright_verify_model",
            _library.path(model, "the model's path"),
            _library.path(signature, "the signature's path"),
            ctypes.byref(out),
        )
        if not out:
            check(status, words)
        try:
            found = out.contents
            return Verification(
                Status(found.verdict),
                _optional(found.signer),
                _optional(found.model_root),
                found.files,
                found.bytes,
                tuple(_problems(found)),
                _optional(found.signature),
            )
        finally:
            _library.library().sealwright_verification_free(out)

    def admit(self, model: Path, *, dry_run: bool = False) -> Decision:
        """Verifies and scans a model, asks the policy, and records the verdict, signed with the
        store's key ``default``. ``dry_run`` records nothing, and works on a store that is open for
        reading."""
        out = ctypes.POINTER(_library.Decision)()
        status, words = self._handle.call_with_message(
            "sealwright_admit",
            _library.path(model, "the model's path"),
            _library.DRY_RUN if dry_run else 0,
            ctypes.byref(out),
        )
        if not out:
            check(status, words)
        try:
            made = out.contents
            claim = _optional(made.claim)
            return Decision(
                Status(made.verdict),
                tuple(_rules(made)),
                claim,
                None if claim is None else made.leaf,
                _optional(made.signature),
            )
        finally:
            _library.library().sealwright_decision_free(out)

    def append(self, bundle: bytes) -> int:
        """Appends a signed claim (a Sigstore bundle); it is durable on return. Gives its leaf."""
        leaf = ctypes.c_uint64()
        self._handle.check("sealwright_append", bundle, len(bundle), ctypes.byref(leaf))
        return leaf.value

    def find(
        self, subject: Optional[str] = None, predicate_type: Optional[str] = None
    ) -> List[Claim]:
        """The claims about a digest (``"sha256:…"``), of a type (a ``*`` at its end matches); the
        newest first. Found in the log, which is no word about whether they are trusted."""
        out = ctypes.POINTER(_library.Claims)()
        status, words = self._handle.call_with_message(
            "sealwright_find",
            _library.string(subject, "the subject"),
            _library.string(predicate_type, "the type"),
            ctypes.byref(out),
        )
        if not out:
            check(status, words)
        try:
            claims = (out.contents.claims[i] for i in range(out.contents.count))
            return [
                Claim(c.leaf, _library.text(c.claim), _library.text(c.predicate_type), c.time)
                for c in claims
            ]
        finally:
            _library.library().sealwright_claims_free(out)

    def load(self, claim: str) -> bytes:
        """The bytes of one claim, checked against its digest."""
        memory = ctypes.c_void_p()
        size = ctypes.c_size_t()
        self._handle.check(
            "sealwright_load",
            _library.string(claim, "the claim"),
            ctypes.byref(memory),
            ctypes.byref(size),
        )
        try:
            return ctypes.string_at(memory, size.value)
        finally:
            _library.free(memory)

    def checkpoint(self, run: str, model: Path, step: int) -> int:
        """Records that ``model`` is what run ``run`` had made by training step ``step``. Gives the
        claim's leaf. Needs ``record`` or ``write``."""
        if isinstance(step, bool) or not 0 <= step < 1 << 64:
            raise WrongUsage(f"a training step is a number from 0 on, not {step}")
        leaf = ctypes.c_uint64()
        self._handle.check(
            "sealwright_data_checkpoint",
            _library.string(run, "the run"),
            _library.path(model, "the model's path"),
            step,
            ctypes.byref(leaf),
        )
        return leaf.value

    def sign_checkpoint(self, run: str, path: Path, step: int) -> int:
        """Signs ``path``, which is complete, as the checkpoint of run ``run`` at training step
        ``step``, chained to the one before. Gives the claim's leaf. Needs ``record`` or ``write``."""
        if isinstance(step, bool) or not 0 <= step <= 1 << 53:
            raise WrongUsage(f"a training step is a number from 0 on, not {step}")
        leaf = ctypes.c_uint64()
        self._handle.check(
            "sealwright_checkpoint_sign",
            _library.string(run, "the run"),
            _library.path(path, "the checkpoint's path"),
            step,
            ctypes.byref(leaf),
        )
        return leaf.value

    def check_checkpoint(self, run: str, path: Path) -> None:
        """Raises unless the checkpoint at ``path`` is signed, unaltered, and chained back to the
        first one of run ``run``. With ``record`` or ``write`` the next one that is signed has it as
        its parent."""
        self._handle.check(
            "sealwright_checkpoint_check",
            _library.string(run, "the run"),
            _library.path(path, "the checkpoint's path"),
        )


def verify(
    model: Path, signature: Optional[Path] = None, *, store: Optional[Path] = None
) -> Verification:
    """Store.verify() of a store that is opened for it. Raises unless it is a pass, so that the model
    can be loaded right behind."""
    with Store(store) as opened:
        return opened.verify(model, signature).check()


def admit(model: Path, *, store: Optional[Path] = None, dry_run: bool = False) -> Decision:
    """Store.admit() of a store that is opened for it. Raises unless it is a pass."""
    with Store(store, write=not dry_run) as opened:
        return opened.admit(model, dry_run=dry_run).check()


def checkpoint(
    model: Path, step: int, *, run: Optional[str] = None, store: Optional[Path] = None
) -> int:
    """Records a checkpoint of the run that this process is trained in: `sealwright data train` says
    which in ``SEALWRIGHT_RUN`` and ``SEALWRIGHT_STORE``. The store is open only meanwhile. Gives the
    claim's leaf."""
    name = run if run is not None else os.environ.get("SEALWRIGHT_RUN")
    if not name:
        raise WrongUsage(
            "no run is named, and SEALWRIGHT_RUN is not set: is this the command of "
            "`sealwright data train`?"
        )
    with Store(store, record=True) as opened:
        return opened.checkpoint(name, model, step)
