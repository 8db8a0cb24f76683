"""Stripe: cards and other methods on Stripe's own page (Checkout Sessions), and PaymentIntents, over plain HTTP."""

from caravana.component.stripe.component import StripeComponent

__all__ = ["StripeComponent"]
