"""Stripe's imitation: one account's API, with a page on which a browser can pay, events, webhooks and payouts."""

import dataclasses
from collections.abc import Mapping

from caravana.component.stripe.sandbox.account import Account
from caravana.component.stripe.sandbox.card import Card
from caravana.component.stripe.sandbox.sandbox import StripeSandbox
from caravana.component.stripe.sandbox.webhook import Plan
from caravana.kit.clock import Clock

__all__ = ["NAME", "PORT", "SETTINGS", "Account", "Card", "Plan", "StripeSandbox", "build"]

NAME = "stripe"
PORT = 18073
SETTINGS = tuple(one.name for one in dataclasses.fields(Account))


def build(clock: Clock, settings: Mapping[str, str]) -> StripeSandbox:
    """Return the imitation. `settings`: texts for the fields of `Account` (`secret_key`, `notification_url`, …).

    Raises `ValueError` for a setting that `Account` does not have or cannot read.
    """
    return StripeSandbox(clock=clock, name=NAME, account=Account.read(settings))
