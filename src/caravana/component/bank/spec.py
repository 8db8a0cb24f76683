"""What can be set at a `bank:` address, and of a mailbox."""

import re
from datetime import timedelta
from enum import StrEnum

from pydantic import Field, SecretStr, field_validator

from caravana.kit.options import Duration, Options


class Operation(StrEnum):
    """What an address does."""

    IMPORT = "import"
    NOTIFICATION = "notification"
    MAIL = "mail"
    OPEN = "open"
    AWAITED = "awaited"
    DECISIONS = "decisions"
    SETTLE = "settle"
    CODE = "code"
    CODES = "codes"


class BankOptions(Options):
    """Options of all addresses; each belongs to the operation that it names."""

    profile: str | None = Field(
        None, description="import: profile of downloads, default the one that fits. notification: profile of the bank."
    )
    account: str | None = Field(None, description="import: account of downloads that do not name theirs.")
    path: str | None = Field(None, description="notification: path at the public port; default `/bank/<profile>`.")
    max_bytes: int = Field(
        32 * 1024 * 1024, gt=0, description="mail: largest mail. notification: largest body, at most 1 MiB."
    )
    connection: str = Field("bank_mail", description="mail: the connection to the mailbox.")
    folder: str = Field("INBOX", description="mail: folder of the mailbox.")
    sender: str | None = Field(
        None, description="mail: addresses or @domains of the bank, with commas; others are passed over."
    )
    signed_by: str | None = Field(
        None,
        description="mail: name of your mail server in its Authentication-Results; only mail whose DKIM or DMARC it found right.",
    )
    include: str = Field(
        r".*\.(xml|sta|mt940|txt|csv|xlsx|940)",
        description="mail: regular expression that names of attachments fit, case ignored.",
    )
    delay: Duration = Field(
        timedelta(minutes=1), gt=timedelta(0), description="mail, open, awaited, decisions: wait between two looks."
    )
    initial_delay: Duration = Field(timedelta(seconds=1), description="mail: wait before the first look.")
    again: Duration = Field(
        timedelta(hours=6),
        gt=timedelta(0),
        description="open, awaited: after what time an entry that still waits is told again.",
    )
    most: int = Field(2000, ge=1, le=20_000, description="open, awaited: entries of one message.")

    @field_validator("include")
    @classmethod
    def _expression(cls, text: str) -> str:
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return text


class MailSettings(Options):
    """A mailbox that is read by IMAP."""

    host: str = Field(description="Name of the IMAP server.")
    port: int = Field(993, ge=1, le=65535, description="Its port.")
    tls: bool = Field(True, description="TLS from the first byte; false only on this machine.")
    user: str = Field(description="User of the mailbox.")
    password: SecretStr = Field(description="Its password, as `{{secret:NAME}}`.")
