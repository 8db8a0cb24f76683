"""Ecuafact's imitation: one account in either version of the contract, with signed webhooks and a page of its documents."""

import dataclasses
from collections.abc import Mapping

from caravana.component.ecuafact.sandbox.account import Account
from caravana.component.ecuafact.sandbox.sandbox import EcuafactSandbox
from caravana.kit.authority import Authority
from caravana.kit.clock import Clock

__all__ = ["NAME", "PORT", "SETTINGS", "Account", "EcuafactSandbox", "build"]

NAME = "ecuafact"
PORT = 18082
SETTINGS = tuple(one.name for one in dataclasses.fields(Account))


def build(clock: Clock, settings: Mapping[str, str], authority: Authority | None = None) -> EcuafactSandbox:
    """Return the imitation. `settings`: texts for the fields of `Account`; `authority`: the one that it files at, else its own.

    Raises `ValueError` for a setting that `Account` does not have or cannot read.
    """
    return EcuafactSandbox(clock=clock, name=NAME, account=Account.read(settings), filed_at=authority)
