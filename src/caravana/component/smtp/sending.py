"""Making a mail and handing it to the server, in a thread of its own: the standard library's client waits."""

import base64
import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from caravana.component.smtp.errors import from_code, from_exception
from caravana.kit.departure import leave
from caravana.kit.effect import Effect

if TYPE_CHECKING:
    from caravana.component.smtp import SmtpSettings


def made(request: Mapping[str, Any], sender: str, effect: Effect) -> EmailMessage:
    """Return the mail. Its Message-ID belongs to the effect: servers and readers that compare them drop a second one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = ", ".join(request["to"])
    if request["reply_to"]:
        mail["Reply-To"] = request["reply_to"]
    mail["Subject"] = request["subject"]
    mail["Date"] = format_datetime(effect.intended_at)
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    mail["Message-ID"] = f"<{hashlib.sha256(effect.key.encode()).hexdigest()[:32]}@{domain}>"
    mail.set_content(request["text"])
    for one in request["files"]:
        main, _, sub = one["mimetype"].partition("/")
        mail.add_attachment(base64.b64decode(one["content"]), maintype=main, subtype=sub, filename=one["name"])
    return mail


def handed_over(mail: EmailMessage, to: list[str], settings: "SmtpSettings") -> str:
    """Hand the mail to the server and return what it said. Raises an `EffectError`, `Withheld`."""
    handed = False
    try:
        with _session(settings) as server:
            sender = mail["From"].addresses[0].addr_spec
            _need(*server.mail(sender))
            for one in to:
                _need(*server.rcpt(one))
            leave()
            handed = True
            code, text = server.data(mail.as_bytes())
    except (smtplib.SMTPException, OSError) as error:
        raise from_exception(error, handed_over=handed) from error
    _need(code, text)
    return text.decode("utf-8", "replace")[:200]


def greeted(settings: "SmtpSettings") -> None:
    """Connect and log in. Raises an `EffectError`."""
    try:
        with _session(settings) as server:
            _need(*server.noop())
    except (smtplib.SMTPException, OSError) as error:
        raise from_exception(error, handed_over=False) from error


def _session(settings: "SmtpSettings") -> smtplib.SMTP:
    timeout = settings.timeout.total_seconds()
    if settings.security == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=timeout)
    try:
        if settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
        if settings.user:
            server.login(settings.user, settings.password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _need(code: int, text: bytes) -> None:
    if not 200 <= code < 300:
        raise from_code(code, text.decode("utf-8", "replace")[:200])


__all__ = ["greeted", "handed_over", "made"]
