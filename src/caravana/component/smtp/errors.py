"""What a mail server's refusal means for the engine, by its reply code (RFC 5321, 4.2; RFC 4954).

| reply | class |
|---|---|
| 421, 450, 451, 452, 454 and other 4xx before the mail was handed over | Transient |
| 530, 534, 535, 538 (authentication) | NeedsPerson |
| 550, 551, 552, 553, 554 and other 5xx | Refused |
| connection refused, cut before the mail was handed over | Transient |
| cut, or no answer, after the mail was handed over | Unknown |

No server asks for fewer calls in a way of its own: greylisting and limits come as 4xx.
"""

import smtplib
import ssl

from caravana.kit.errors import EffectError, NeedsPerson, Refused, Transient, Unknown

AUTHENTICATION = frozenset({530, 534, 535, 538})


def from_code(code: int, text: str) -> EffectError:
    """Return the error of a reply that refuses."""
    if code in AUTHENTICATION:
        return NeedsPerson("the mail server does not accept user and password", code=str(code))
    if 400 <= code < 500:
        return Transient(f"the mail server puts the mail off: {code} {text}", code=str(code))
    return Refused(f"the mail server refuses the mail: {code} {text}", code=str(code))


def from_exception(error: Exception, *, handed_over: bool) -> EffectError:
    """Return the error of what `smtplib` raised; `handed_over`: the server may have the whole mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return from_code(code, _text(text))
    if isinstance(error, smtplib.SMTPResponseException):
        return from_code(error.smtp_code, _text(error.smtp_error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return NeedsPerson(f"the mail server's certificate cannot be trusted: {error.verify_message}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NeedsPerson(f"the mail server does not offer what is asked of it: {error}")
    if handed_over:
        return Unknown("the mail server did not say whether it took the mail")
    return Transient(f"the mail server cannot be reached: {type(error).__name__}", code="connect")


def _text(told: bytes | str) -> str:
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    return " ".join(text.split())[:200]


__all__ = ["from_code", "from_exception"]
