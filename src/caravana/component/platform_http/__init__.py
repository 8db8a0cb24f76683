"""HTTP services of the hub's own public port."""

from caravana.component.platform_http.component import PlatformHttpComponent

__all__ = ["PlatformHttpComponent"]
