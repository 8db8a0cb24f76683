"""Dátil's imitation: one account of the link API, with the newer list, files, webhooks, and a page of its documents."""

import dataclasses
from collections.abc import Mapping

from caravana.component.datil.sandbox.account import Account
from caravana.component.datil.sandbox.sandbox import DatilSandbox
from caravana.kit.authority import Authority
from caravana.kit.clock import Clock

__all__ = ["NAME", "PORT", "SETTINGS", "Account", "DatilSandbox", "build"]

NAME = "datil"
PORT = 18081
SETTINGS = tuple(one.name for one in dataclasses.fields(Account))


def build(clock: Clock, settings: Mapping[str, str], authority: Authority | None = None) -> DatilSandbox:
    """Return the imitation. `settings`: texts for the fields of `Account`; `authority`: the one that it files at, else its own.

    Raises `ValueError` for a setting that `Account` does not have or cannot read.
    """
    return DatilSandbox(clock=clock, name=NAME, account=Account.read(settings), filed_at=authority)
