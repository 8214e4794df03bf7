"""From a name typed on a page to a person one may give a place to: what is asked, judged, registered, completed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from schemas import Input
from schemas.signup_steps import PlaceAndMoreInput, WhoInput, WhoWithBirthInput
from service.activities.models import Shift, ShiftRole
from service.calendars.rules import local
from service.language import _
from service.signups.rules import Opening, Party, closed, wrong_age
from service.terms import ConsentHow, ConsentPurpose
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer
from service.volunteers.queries import by_phone
from service.volunteers.rules import AGREES_ALONE_FROM, age_on
from service.web import words
from service.web.asked import Asker
from service.web.forms import Form

#: What the one tick on our forms agrees to; its words name both.
TICKED = (ConsentPurpose.SERVICE, ConsentPurpose.REMINDERS)


#: What is asked of whom she brings.
FAMILY = ("with_adults", "with_children", "guardian_consents")


def most_together(shift: Shift) -> int:
    """How many one sign-up may bring in any role of the shift, she among them."""
    return max((min(role.definition.most_together, role.max_needed) for role in shift.roles), default=1)


def party(form: Form) -> Party:
    """Whom she brings, as the form says."""
    return Party(**{name: form.loaded[name] for name in FAMILY if name in form.loaded})


def has_age_limit(role: ShiftRole) -> bool:
    """Whether the role asks for an age, so that a birth date must be known."""
    return role.definition.min_age is not None or role.definition.max_age is not None


def agrees(volunteer: Volunteer) -> bool:
    """Whether the community may use her name and number for her service."""
    return any(c.purpose == ConsentPurpose.SERVICE and c.withdrawn_at is None for c in volunteer.consents)


def place_schema(volunteer: Volunteer | None, shift: Shift) -> Input:
    """The role; and from somebody known what is missing of her: a birth date where a role asks for an age, consent."""
    fields = ["role_id"]
    if most_together(shift) > 1:
        fields += FAMILY
    if volunteer is None:
        return PlaceAndMoreInput(only=fields)
    if volunteer.birth_on is None and any(map(has_age_limit, shift.roles)):
        fields.append("birth_on")
    if not agrees(volunteer):
        fields.append("consent")
    return PlaceAndMoreInput(only=fields)


def who_schema(role: ShiftRole) -> Input:
    """Name, phone and consent; the birth date too where the role asks for an age."""
    return WhoWithBirthInput() if has_age_limit(role) else WhoInput()


def judge(form: Form, opening: Opening, *, now: datetime) -> None:
    """Refuse on the form what is clear before her number is proved: the shift is closed, her age is not right.

    Nothing here depends on whether the number is known, so that nobody learns it by asking.
    """
    birth_on, against = form.loaded.get("birth_on"), [*closed(opening, now)]
    if birth_on is not None:
        _judge_birth(form, birth_on, now)
        against += wrong_age(birth_on, opening) if form.is_valid else ()
    form.refuse(*map(words.refusal, against))


def complete(db: Session, volunteer: Volunteer, form: Form, *, role: ShiftRole, account_id: int, now: datetime) -> None:
    """Take over what somebody known has told beside the role; or say on the form what is missing still."""
    birth_on = form.loaded.get("birth_on")
    if birth_on is not None:
        _judge_birth(form, birth_on, now)
    elif volunteer.birth_on is None and has_age_limit(role):
        form.refuse(_("请填写出生日期"), at="birth_on")
    if form.is_valid:
        _learn(db, volunteer, birth_on=birth_on, account_id=account_id, now=now)
        if form.loaded.get("consent"):
            _agree(db, volunteer, now=now)


def register_or_find(db: Session, asker: Asker, *, area_id: int, now: datetime) -> Volunteer:
    """The person with the number that was proved; registered with what she told if nobody has it."""
    return by_phone(db, asker.phone) or volunteers.register(
        db,
        area_id=area_id,
        name=asker.name,
        phone=asker.phone,
        birth_on=asker.birth_on,
        how=ConsentHow.WEB,
        purposes=TICKED,
        now=now,
    )


def renew(db: Session, volunteer: Volunteer, asker: Asker, *, account_id: int, now: datetime) -> None:
    """She has proved her number and ticked the consent: it counts again, should she have taken it back."""
    _learn(db, volunteer, birth_on=asker.birth_on, account_id=account_id, now=now)
    _agree(db, volunteer, now=now)


def _judge_birth(form: Form, birth_on: date, now: datetime) -> None:
    today = local(now).date()
    if birth_on > today:
        form.refuse(_("出生日期不能在今天以后"), at="birth_on")
    elif age_on(birth_on, today) < AGREES_ALONE_FROM:
        form.refuse(_("未满{age}岁，请家长打本页下方的电话登记", age=AGREES_ALONE_FROM), at="birth_on")


def _learn(db: Session, volunteer: Volunteer, *, birth_on: date | None, account_id: int, now: datetime) -> None:
    volunteers.come_back(db, volunteer, account_id=account_id, now=now)
    if birth_on is not None and volunteer.birth_on is None:
        volunteers.revise(db, volunteer, changes={"birth_on": birth_on}, account_id=account_id, now=now)


def _agree(db: Session, volunteer: Volunteer, *, now: datetime) -> None:
    for purpose in TICKED:
        volunteers.give_consent(db, volunteer_id=volunteer.id, purpose=purpose, how=ConsentHow.WEB, now=now)
