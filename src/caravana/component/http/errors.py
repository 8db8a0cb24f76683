"""HTTP answers to errors: the table.

| answer | error |
| --- | --- |
| 429 | `RateLimited`, with Retry-After |
| 503 | `Transient`, with Retry-After: the partner says that nothing was done |
| any other status outside the accepted range | `HttpOperationFailed`: the partner answered |

No connection is `Transient` and no answer `Unknown`: the session says so.
"""

from collections.abc import Iterable

from yarl import URL

from caravana.component.http.mapping import read_body, taken_headers
from caravana.kit.errors import EffectError, HttpOperationFailed, RateLimited, Transient
from caravana.kit.http import HttpAnswer


def failure(answer: HttpAnswer, url: URL, accepted: Iterable[range]) -> EffectError | None:
    """Return the error that `answer` means, or None when its status is accepted."""
    if any(answer.status in one for one in accepted):
        return None
    place = str(url.with_query(None))
    body = read_body(answer)
    if answer.status == 429:
        return RateLimited(f"{place}: too many calls", status=429, retry_after=answer.retry_after, body=body)
    if answer.status == 503:
        return Transient(f"{place}: not available now", status=503, retry_after=answer.retry_after, body=body)
    return HttpOperationFailed(place, answer.status, answer.reason, taken_headers(answer.headers), body)
