"""Links that carry their own proof: whoever holds one may answer the offer it names, and nothing else.

They stand in messages, so that an offer can be answered without logging in. A link has no expiry of its own:
an offer that is over cannot be answered, with or without its link.
"""

from __future__ import annotations

from functools import cache

from itsdangerous import BadSignature, Signer

from service.settings import settings

#: Where the web door answers these links: `/answers/<token>`.
ANSWER_PATH = "/answers/"


class BrokenLink(Exception):
    """Mistyped, cut off by a message program, or not made here."""


def answer_link(assignment_id: int) -> str:
    """The address at which this offer is accepted or declined."""
    return f"{settings().public_url.rstrip('/')}{ANSWER_PATH}{answer_token(assignment_id)}"


def answer_token(assignment_id: int) -> str:
    """The id with its signature, short enough for a text message."""
    return _signer().sign(str(assignment_id)).decode()


def read_answer_token(token: str) -> int:
    """The id of the assignment a token was made for. Raises BrokenLink."""
    try:
        return int(_signer().unsign(token))
    except (BadSignature, ValueError):
        raise BrokenLink("this link was not made here, or was cut off") from None


@cache
def _signer() -> Signer:
    return Signer(settings().secret_key, salt="lunzhi.answer")
