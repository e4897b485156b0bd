"""Verify AI models before they are loaded, and say where their data comes from.

A thin package over the C library ``libsealwright.so.0``: it needs nothing else, and does nothing
that the library does not do. doc/python.md shows how it is used.
"""

from __future__ import annotations

from ._library import version
from .checkpoints import Checkpoints
from .errors import Failed, NoEvidence, SealwrightError, Status, Unavailable, WrongUsage
from .events import Events
from .load import VerifiedModel, from_pretrained, load_safetensors, open_verified, torch_load
from .store import (
    Claim,
    Decision,
    Problem,
    Rule,
    Store,
    Verification,
    admit,
    checkpoint,
    find_store,
    verify,
)

__all__ = [
    "Checkpoints",
    "Claim",
    "Decision",
    "Events",
    "Failed",
    "NoEvidence",
    "Problem",
    "Rule",
    "SealwrightError",
    "Status",
    "Store",
    "Unavailable",
    "Verification",
    "VerifiedModel",
    "WrongUsage",
    "admit",
    "checkpoint",
    "find_store",
    "from_pretrained",
    "load_safetensors",
    "open_verified",
    "torch_load",
    "verify",
    "version",
]
