"""What the imitation plays: one app with a WhatsApp number, a page, an Instagram account and a catalogue, and its switches."""

from dataclasses import dataclass

from caravana.kit.sandbox_settings import SandboxSettings


@dataclass
class Account(SandboxSettings):
    """One business at Meta. Times are in seconds of the sandbox's clock.

    - `app_id`, `app_secret`, `token`, `verify_token`: the app's
    - `standing`: whether the token is `valid`, `expired` or `forbidden`
    - `waba_id`, `number_id`, `number`, `page_id`, `instagram_id`, `catalog_id`: what belongs to it
    - `more_numbers`, `more_catalogs`: ids of further numbers and catalogues, of branches, with commas between them
    - `need_proof`: whether calls without `appsecret_proof` are refused
    - `whatsapp_url`, `page_url`, `instagram_url`: where webhooks go from the start, as if they were subscribed; empty: nowhere
    - `allowed`: phones that a test number may write to, with commas between them; empty: everybody
    - `window`: how long a person's message opens the conversation; `window_as_status`: closed is told by a `failed` status
    - `pair_burst`, `pair_every`: messages at once to one person, and the seconds that each costs
    - `throughput`: messages a second of the number; `management_calls`: calls an hour about the account
    - `catalog_calls`: batches a minute; `posts_a_day`: of Instagram
    - `rate_status`: HTTP status of the rate errors, 400 or 429
    - `delivered_after`, `sent_after`: delays of the statuses; `auto_read`: seconds until a person reads, negative: never
    - `old_shape`: webhooks as before business-scoped ids; `failed_with_contacts`: whether a failed status names the people
    - `escape`: webhook bodies with all that is not ASCII escaped; `batch`: most updates in one body
    - `retry_after`: first pause before a webhook is sent again, doubled each time; `retries`: how often
    - `review`: what becomes of a new template: APPROVED, REJECTED or PENDING; `review_after`: when
    - `container_after`, `batch_after`: how long Instagram and the catalogue work
    - `refuse_equal_posts`: whether an equal post within a minute is error 506
    - `need_page_token`: whether calls on the page are refused with another token than the page's own
    - `fetch`: whether links are really fetched; `strict_ids`: whether names of messages and catalogues must be known
    - `usage`, `usage_minutes`: percentage and minutes in the usage headers; negative: no headers
    - `pywa_mode`: webhooks as the client pywa needs them
    """

    app_id: str = "1111"
    app_secret: str = "app_secret_test"  # noqa: S105 -- of the imitation
    token: str = "TEST_TOKEN"  # noqa: S105 -- of the imitation
    standing: str = "valid"
    verify_token: str = "verify_test"  # noqa: S105 -- of the imitation
    waba_id: str = "102290129340398"
    number_id: str = "106540352242922"
    number: str = "15550783881"
    more_numbers: str = ""
    page_id: str = "1234"
    instagram_id: str = "17841400000000001"
    catalog_id: str = "5678"
    more_catalogs: str = ""
    name: str = "Empresa XYZ"
    need_proof: bool = False
    whatsapp_url: str = ""
    page_url: str = ""
    instagram_url: str = ""
    allowed: str = ""
    window: float = 86_400.0
    window_as_status: bool = False
    pair_burst: int = 45
    pair_every: float = 6.0
    throughput: int = 80
    management_calls: int = 5000
    catalog_calls: int = 200
    posts_a_day: int = 100
    rate_status: int = 400
    sent_after: float = 0.2
    delivered_after: float = 0.6
    auto_read: float = -1.0
    old_shape: bool = False
    failed_with_contacts: bool = False
    escape: bool = False
    batch: int = 1000
    retry_after: float = 5.0
    retries: int = 8
    review: str = "APPROVED"
    review_after: float = 2.0
    container_after: float = 2.0
    batch_after: float = 1.0
    refuse_equal_posts: bool = False
    need_page_token: bool = False
    fetch: bool = True
    strict_ids: bool = False
    usage: float = -1.0
    usage_minutes: int = 0
    pywa_mode: bool = False
