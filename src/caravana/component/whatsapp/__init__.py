"""WhatsApp over Meta's Cloud API: messages to customers and from them, files, templates."""

from caravana.component.whatsapp.component import WhatsappComponent

__all__ = ["WhatsappComponent"]
