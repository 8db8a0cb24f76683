"""Instagram over Meta's Graph API: posts, and comments in and answered."""

from caravana.component.instagram.component import InstagramComponent

__all__ = ["InstagramComponent"]
