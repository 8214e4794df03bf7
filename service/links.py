"""Links that carry their own proof: whoever holds one may answer the offer or the asking it names, and nothing else.

They stand in messages, so that one can answer without logging in. A link has no expiry of its own: what is over
cannot be answered, with or without its link. Each kind is signed for its own path: one does not open the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from itsdangerous import BadSignature, Signer

from service.settings import settings

#: Where the web door answers these links: `/answers/<token>` for an offer, `/asks/<token>` to step in for somebody,
#: `/swaps/<token>` to take somebody's place, `/calendar/<token>.ics` for a calendar that follows one's shifts.
ANSWER_PATH, ASK_PATH, SWAP_PATH, FEED_PATH = "/answers/", "/asks/", "/swaps/", "/calendar/"
#: … `/appointments/<token>` for somebody's appointment,
APPOINTMENT_PATH = "/appointments/"
#: … and `/offers/<token>` for several offers of one person, answered together.
OFFERS_PATH = "/offers/"
#: No address of its own: it travels in a form.
RISK = "risk"
#: More offers than one plan makes to one person; a token of so many still fits into a message.
MOST_OFFERS = 14


class BrokenLink(Exception):
    """Mistyped, cut off by a message program, or not made here."""


def answer_link(assignment_id: int) -> str:
    """The address at which this offer is accepted or declined."""
    return _address(ANSWER_PATH, answer_token(assignment_id))


def answer_token(assignment_id: int) -> str:
    """The id with its signature, short enough for a text message."""
    return _sign(ANSWER_PATH, assignment_id)


def read_answer_token(token: str) -> int:
    """The id of the assignment a token was made for. Raises BrokenLink."""
    return _read(ANSWER_PATH, token)


def offers_link(assignment_ids: Sequence[int]) -> str:
    """The address at which these offers are answered together."""
    return _address(OFFERS_PATH, offers_token(assignment_ids))


def offers_token(assignment_ids: Sequence[int]) -> str:
    """The ids, at most MOST_OFFERS of them, with their signature."""
    return _sign(OFFERS_PATH, "-".join(str(one) for one in assignment_ids[:MOST_OFFERS]))


def read_offers_token(token: str) -> list[int]:
    """The ids of the assignments a token was made for. Raises BrokenLink."""
    try:
        return [int(one) for one in _unsign(OFFERS_PATH, token).split("-")]
    except ValueError:
        raise BrokenLink("this link was not made here, or was cut off") from None


def ask_link(invitation_id: int) -> str:
    """The address at which somebody says whether she steps in."""
    return _address(ASK_PATH, ask_token(invitation_id))


def ask_token(invitation_id: int) -> str:
    """The id with its signature, short enough for a text message."""
    return _sign(ASK_PATH, invitation_id)


def read_ask_token(token: str) -> int:
    """The id of the invitation a token was made for. Raises BrokenLink."""
    return _read(ASK_PATH, token)


def swap_link(swap_asking_id: int) -> str:
    """The address at which somebody says whether she takes another's place."""
    return _address(SWAP_PATH, swap_token(swap_asking_id))


def swap_token(swap_asking_id: int) -> str:
    """The id with its signature, short enough for a text message."""
    return _sign(SWAP_PATH, swap_asking_id)


def read_swap_token(token: str) -> int:
    """The id of the asking a token was made for. Raises BrokenLink."""
    return _read(SWAP_PATH, token)


def appointment_link(appointment_id: int) -> str:
    """The address at which somebody sees her appointment, changes or cancels it."""
    return _address(APPOINTMENT_PATH, appointment_token(appointment_id))


def appointment_token(appointment_id: int) -> str:
    """The id with its signature, short enough for a text message."""
    return _sign(APPOINTMENT_PATH, appointment_id)


def read_appointment_token(token: str) -> int:
    """The id of the appointment a token was made for. Raises BrokenLink."""
    return _read(APPOINTMENT_PATH, token)


def risk_token(volunteer_id: int, activity_id: int, version: int, door: str) -> str:
    """That this person was shown this version of a risk notice, at this door, and may confirm it by sending it back."""
    return _sign(RISK, f"{volunteer_id}-{activity_id}-{version}-{door}")


def read_risk_token(token: str) -> tuple[int, int, int, str]:
    """(volunteer id, activity id, version, door) that a token was made for. Raises BrokenLink."""
    try:
        volunteer_id, activity_id, version, door = _unsign(RISK, token).split("-")
        return int(volunteer_id), int(activity_id), int(version), door
    except ValueError:
        raise BrokenLink("this was not made here, or was cut off") from None


def activity_link(activity_id: int) -> str:
    """The address at which anybody reads of an activity and signs up."""
    return f"{settings().public_url.rstrip('/')}/a/{activity_id}"


def risk_link(activity_id: int) -> str:
    """The address at which whoever comes reads what is dangerous there, and confirms it, once logged in."""
    return f"{settings().public_url.rstrip('/')}/me/risks/{activity_id}"


def feed_link(volunteer_id: int, *, epoch: int) -> str:
    """The address of a person's calendar feed. Of another epoch it is another, and the former one opens nothing."""
    return f"{_address(FEED_PATH, _sign(FEED_PATH, f'{volunteer_id}-{epoch}'))}.ics"


def read_feed_token(token: str) -> tuple[int, int]:
    """(volunteer id, epoch) that a token was made for. Raises BrokenLink."""
    try:
        volunteer_id, _, epoch = _unsign(FEED_PATH, token).partition("-")
        return int(volunteer_id), int(epoch)
    except ValueError:
        raise BrokenLink("this link was not made here, or was cut off") from None


def _address(path: str, token: str) -> str:
    return f"{settings().public_url.rstrip('/')}{path}{token}"


def _sign(path: str, what: int | str) -> str:
    return _signer(path).sign(str(what)).decode()


def _read(path: str, token: str) -> int:
    try:
        return int(_unsign(path, token))
    except ValueError:
        raise BrokenLink("this link was not made here, or was cut off") from None


def _unsign(path: str, token: str) -> str:
    try:
        return _signer(path).unsign(token).decode()
    except BadSignature:
        raise BrokenLink("this link was not made here, or was cut off") from None


@cache
def _signer(path: str) -> Signer:
    return Signer(settings().secret_key, salt=SALTS[path])


#: What sets the kinds apart.
SALTS = {
    ANSWER_PATH: "lunzhi.answer",
    OFFERS_PATH: "lunzhi.offers",
    ASK_PATH: "lunzhi.ask",
    SWAP_PATH: "lunzhi.swap",
    APPOINTMENT_PATH: "lunzhi.appointment",
    FEED_PATH: "lunzhi.feed",
    RISK: "lunzhi.risk",
}
