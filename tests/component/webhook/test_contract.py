"""The contract of components, for `webhook:`."""

from caravana.component.webhook import WebhookComponent
from caravana.testing import ComponentContract


class TestWebhook(ComponentContract):
    """`webhook:`."""

    component = WebhookComponent
    addresses = ("webhook:open?auth=none", "webhook:shop?secret=NEW")
    secrets = {"NEW": "n"}
