"""Why a person is asked, in English: what clerks read in Odoo stands in Spanish with each flow, by the same kinds."""

from collections.abc import Mapping
from typing import Any

from caravana.cli.speech import language

ENGLISH: Mapping[str, str] = {
    "cancelled_order": "The order is cancelled, and a card payment came. It is booked; decide whether it goes back.",
    "other_amount": "What was paid by card is not what was asked. Compare the payment with the order.",
    "other_currency": "It was paid in another currency than asked. The payment is NOT booked: register it by hand.",
    "credit_left": "More came than the order owed (a payment registered by hand?). What is left is the customer's "
    "credit.",
    "fields": "Odoo does not let the order's x_ fields be written. Its notes say the same; see to rights and fields.",
    "undecided": "The bank never said whether it charged a card payment, and nobody asks any more. Look at the "
    "company's page.",
    "by_hand": "The customer has another open payment of this amount (the same one, registered by hand?). Compare "
    "the two.",
    "refund_failed": "A card refund was not made. See why; if it is due, send the money by bank transfer.",
    "refund_undone": "A card refund that was booked already has failed since: the money did not go. Cancel that outgoing "
    "payment in Odoo.",
    "refund_of_advance": "An advance went back: a card payment of an order without an invoice. In Odoo reconcile what went "
    "out with it.",
    "refund_note_used": "A card payment went back because of a credit note that is not open any more. Do not make "
    "another: in Odoo reconcile what went out with the payment that came in.",
    "refund_without_note": "A card payment went back, and there is no credit note of that amount. Make it and reconcile the "
    "outgoing payment.",
    "payment_missing": "A payment at the company is not in Odoo. If it is an order's, register it with its number in the "
    "memo; else decide whether it goes back.",
    "payment_double": "One payment stands more than once in Odoo. Leave one and cancel the others.",
    "payment_amount": "The amount in Odoo is not what the company charged. Cancel that payment and register it with the "
    "amount charged.",
    "payment_currency": "The currency in Odoo is not the one charged. Cancel that payment and register it in the currency "
    "charged.",
    "payment_not_at_company": "Odoo has a card payment that the company does not have. Look at its page and, if it was undone, "
    "cancel Odoo's.",
    "refund_unknown": "The company sent a payment back, and the hub did not know. Register the outgoing payment and make "
    "the credit note.",
    "refund_pending": "A refund is over at the company and still pending here. See how it ended, and register what is "
    "missing.",
    "refund_waiting": "A refund has been pending for days, and the company does not tell how it ends. Look at its page and "
    "enter it, or say that it was not made.",
    "dispute_unknown": "The settlement shows a chargeback of a payment that is no order's of ours. Look at the company's "
    "page and book it in Odoo.",
    "payout_failed": "A payout failed: the bank did not take it. Check the bank account at the company; the money goes out"
    " again with another payout.",
    "payout_sum": "A payout is not the sum of its movements. Ask the company.",
    "payout_payments": "A payout has payments or refunds of another amount than was registered. Compare them.",
    "settlement_refused": "A settlement file could not be read, and nothing of it was taken. Mend it, or its profile, and lay "
    "it there again.",
    "dispute_inquiry": "The customer's bank asks about a card payment; no money was taken yet. Answer at the company.",
    "dispute": "The customer disputed a card payment at his bank (chargeback). Answer at the company, with evidence,"
    " in time.",
    "dispute_lost": "A dispute was lost: the money of the card payment is gone. Book it in Odoo.",
    "dispute_returned": "A dispute that was lost was won in the end: the money comes back. If you booked that it went, undo "
    "it.",
    "two_records": "Two or more records have the same tax id: merge them in Odoo (Contacts, Merge), or archive the one too many.",
    "shared_phone": "The phone is that of more than one record, or of somebody with another name or tax id: correct the "
    "records in Odoo, or make the new customer there.",
    "shared_email": "The e-mail is that of more than one record, or of somebody with another name or tax id: correct the "
    "records in Odoo, or make the new customer there.",
    "catalogue_prices": "No price of this list is published until they agree. See to the list's rules and the taxes, and call "
    "`caravana catalog publish`.",
    "bank_match": "A transfer was not posted by itself: see `caravana bank review`.",
    "payment_open": "The card payment covered the invoice, and in Odoo something of it is open (was another payment registered "
    "at the same time, or the reconciliation undone?). Reconcile it, or decide whether the rest goes back.",
    "einvoice_mend": "The document has to be mended in Odoo: `caravana einvoice show` says what is wrong.",
    "einvoice_late": "The document is still not sent, and the SRI wants it at the moment of emission: `caravana einvoice show` "
    "says why.",
    "einvoice_slow": "There has been no authorisation for more than an hour; the company is asked on and on.",
    "einvoice_mail": "The document could not be mailed. Mend the address in Odoo, then `caravana einvoice resend`.",
    "einvoice_annul": "It was cancelled in Odoo and is authorised: annul it on the SRI's page, then say so with "
    "`caravana einvoice annul`. `caravana einvoice show` tells until which day.",
    "einvoice_last_days": "The last days to annul it on the SRI's page: say so with `caravana einvoice annul` when it is done.",
    "einvoice_halted": "The number of a document is another's, so nothing more goes out at this emission point. Find out which "
    "other system issues there, mend the number in Odoo, then mark this as done.",
    "einvoice_gap": "Numbers are missing between those that went out: post what is still a draft, or say why a number was lost.",
    "einvoice_connection": "Something is wrong with this connection of e-invoicing: `caravana doctor` says what, and what to do.",
    "einvoice_unserved": "A document was posted at an emission point that is not in `einvoice.points`: it is not sent.",
}
"""By the kind of what is asked."""


def in_words(kind: Any, text: str) -> str:
    """Return why a person is asked: `text` as the flow says it in Spanish, or the same in English."""
    return text if language() != "en" else ENGLISH.get(str(kind), text)
