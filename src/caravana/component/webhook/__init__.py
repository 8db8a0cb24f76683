"""`webhook:name`: what any partner posts to the hub, once checked."""

from dataclasses import dataclass

from caravana.component.webhook.consumer import WebhookConsumer
from caravana.component.webhook.spec import WebhookOptions
from caravana.kit.component import Component, Endpoint, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri


@dataclass(frozen=True)
class WebhookEndpoint(Endpoint):
    """One webhook."""

    def consumer(self, receiver: Receiver) -> WebhookConsumer:
        """Return the listening side. Raises `ConfigurationError` when a secret is not set."""
        options: WebhookOptions = self.options
        names = [name for name in (options.secret, options.previous_secret) if name]
        secrets = tuple(self.context.secret(name) for name in names)
        if not all(secrets):
            raise ConfigurationError("the secret is empty", place=f"webhook:{self.uri.path}")
        return WebhookConsumer(self.uri.path, options, secrets, self.context.listener, receiver)


class WebhookComponent(Component):
    """Webhooks of partners that have no component of their own."""

    scheme = "webhook"
    title = "Webhook"
    syntax = "webhook:name"
    doc = "Takes what a partner posts: signature or token checked, on disk, answered at once."
    maturity = Maturity.BETA
    options = WebhookOptions
    produces = False

    def create(self, uri: Uri, options: WebhookOptions) -> WebhookEndpoint:
        """Return the endpoint of one webhook. Raises `ConfigurationError` for another component's address (Camel's use)."""
        if not uri.path or set(uri.path) & set(":/{}"):
            raise ConfigurationError(
                f"`webhook:{uri.path}` is no name",
                suggestion="write webhook:orders; partners with a component have their webhook there",
            )
        return WebhookEndpoint(uri, options, self.context)
