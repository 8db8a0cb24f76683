"""PayPhone's imitation: the payment button of one store, with a page on which a browser can pay."""

import dataclasses
from collections.abc import Mapping

from caravana.component.payphone.sandbox.card import Card
from caravana.component.payphone.sandbox.notification import NotificationPlan
from caravana.component.payphone.sandbox.sandbox import PayphoneSandbox
from caravana.component.payphone.sandbox.store import Store
from caravana.kit.clock import Clock

__all__ = ["NAME", "PORT", "SETTINGS", "Card", "NotificationPlan", "PayphoneSandbox", "Store", "build"]

NAME = "payphone"
PORT = 18074
SETTINGS = tuple(one.name for one in dataclasses.fields(Store))


def build(clock: Clock, settings: Mapping[str, str]) -> PayphoneSandbox:
    """Return the imitation. `settings`: texts for the fields of `Store` (`token`, `store_id`, `notification_url`, …).

    Raises `ValueError` for a setting that `Store` does not have or cannot read.
    """
    return PayphoneSandbox(clock=clock, name=NAME, store=Store.read(settings))
