"""The pay link: an address of the hub's own that names an order and that nobody can guess or alter."""

import hashlib
from collections.abc import Sequence
from copy import copy

from itsdangerous import BadData, URLSafeSerializer

ORDER = "sale.order"
_SALT = "caravana.commerce.pay_link"
_LONGEST = 200


class PayLinks:
    """Makes and reads links. A link holds as long as its order: nothing in it expires."""

    def __init__(self, secrets: Sequence[str], public_url: str) -> None:
        """`secrets`: the last one signs, all are accepted; `public_url`: the listener's address for customers."""
        self._serializer = URLSafeSerializer(list(secrets), salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})
        self.public_url = public_url.rstrip("/")

    def at(self, public_url: str) -> "PayLinks":
        """Return the same links under another address."""
        links = copy(self)
        links.public_url = public_url
        return links

    def token(self, order_id: int) -> str:
        """Return the signed name of the order."""
        return str(self._serializer.dumps([ORDER, order_id]))

    def url(self, order_id: int) -> str:
        """Return the address that the customer gets."""
        return f"{self.public_url}/pay/{self.token(order_id)}"

    def read(self, token: object) -> int | None:
        """Return the order's id, or None when the token is not ours."""
        if not isinstance(token, str) or len(token) > _LONGEST:
            return None
        try:
            named = self._serializer.loads(token)
        except BadData:
            return None
        if not isinstance(named, list) or len(named) != 2 or named[0] != ORDER or not isinstance(named[1], int):
            return None
        return named[1]
