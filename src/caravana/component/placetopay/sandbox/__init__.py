"""PlacetoPay's imitation: the Checkout service of one site, with a page on which a browser can pay."""

import dataclasses
from collections.abc import Mapping

from caravana.component.placetopay.sandbox.card import Card
from caravana.component.placetopay.sandbox.notification import NotificationPlan
from caravana.component.placetopay.sandbox.sandbox import PlacetopaySandbox
from caravana.component.placetopay.sandbox.site import Site
from caravana.kit.clock import Clock

__all__ = ["NAME", "PORT", "SETTINGS", "Card", "NotificationPlan", "PlacetopaySandbox", "Site", "build"]

NAME = "placetopay"
PORT = 18071
SETTINGS = tuple(one.name for one in dataclasses.fields(Site))


def build(clock: Clock, settings: Mapping[str, str]) -> PlacetopaySandbox:
    """Return the imitation. `settings`: texts for the fields of `Site` (`login`, `secret_key`, `notification_url`, …).

    Raises `ValueError` for a setting that `Site` does not have or cannot read.
    """
    return PlacetopaySandbox(clock=clock, name=NAME, site=Site.read(settings))
