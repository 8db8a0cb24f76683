"""Facebook pages over Meta's Graph API: posts, comments, and Messenger."""

from caravana.component.facebook.component import FacebookComponent

__all__ = ["FacebookComponent"]
