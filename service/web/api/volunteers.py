"""People: register, change, qualify, agree; and the audited look at a telephone number."""

from __future__ import annotations

from typing import Any

from schemas.contacts import EmergencyContactInput, EmergencyContactShown
from schemas.habits import HabitInput, HabitsShown
from schemas.shown import page_of
from schemas.volunteers import (
    ConsentShown,
    ConsentsShown,
    NewConsent,
    NewQualification,
    NewVolunteer,
    PhoneLookAsked,
    PhoneShown,
    QualificationShown,
    QualificationsShown,
    VolunteerChange,
    VolunteerListed,
    VolunteersAsked,
    VolunteerShown,
)
from service import secrets
from service.accounts.models import Account
from service.language import _
from service.notifications.habits import Owner, note_for_her
from service.notifications.ways import OF_VOLUNTEERS
from service.people import actions as people
from service.places import queries as places
from service.places.models import Area
from service.signups.queries import concerned
from service.terms import ConsentHow, ConsentPurpose, Role, Topic
from service.volunteers import actions, contacts, queries
from service.volunteers.contacts import Contact
from service.volunteers.models import Qualification, Volunteer
from service.web.api import cursors
from service.web.api.door import Call, found, versioned
from service.web.api.habits import save_habit, shown_habits
from service.web.api.persons import visible
from service.web.api.problems import NotFound, Problem, invalid
from service.web.api.resource import Resource

volunteers = Resource(
    "volunteers", url_prefix="/volunteers", description="志愿者：登记、资质、同意书；查看电话要留痕。"
)
ONLY_COORDINATORS = ("birth_on", "tags", "phone")


@volunteers.operation("GET", "", asks=VolunteersAsked(), gives=page_of(VolunteerListed))
def list_volunteers(call: Call, *, asked: dict[str, Any]) -> Any:
    """People in areas I coordinate. Never their telephone numbers."""
    call.needs(Role.COORDINATOR)
    rows = queries.listed(
        call.session,
        scope_ids=call.scope_ids,
        text=asked.get("q", ""),
        after_id=cursors.after_id(asked.get("after")),
        limit=asked["limit"] + 1,
    )
    return cursors.shown(rows, limit=asked["limit"], key=lambda person: (person.id,), each=_listed)


@volunteers.operation("POST", "", takes=NewVolunteer(), gives=VolunteerShown(), status=201, refuses=(409,))
def register(call: Call, *, body: dict[str, Any]) -> Any:
    """Register somebody who agreed: a person of my areas, or, without a coordinator's role, myself."""
    del body["agrees"]
    person = _register_other(call, body) if call.scope_ids else _register_self(call, body)
    shown, headers = versioned(_shown(person), person.version)
    return shown, {**headers, "Location": f"/api/v1/volunteers/{person.id}"}


@volunteers.operation("GET", "/<id:volunteer_id>", gives=VolunteerShown())
def show_volunteer(call: Call, *, volunteer_id: int) -> Any:
    """Myself, or a person of my areas."""
    person = visible(call, volunteer_id)
    return versioned(_shown(person), person.version)


@volunteers.operation(
    "PATCH",
    "/<id:volunteer_id>",
    takes=VolunteerChange(),
    gives=VolunteerShown(),
    is_editable=True,
    refuses=(409,),
)
def change_volunteer(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """Change what is known of me, or of a person of my areas."""
    person = visible(call, volunteer_id)
    call.must_match(person.version)
    if not _is_coordinated(call, volunteer_id) and (mine := [name for name in ONLY_COORDINATORS if name in body]):
        raise invalid(**{name: [_("请联系社区修改")] for name in mine})
    people.revise(call.session, person, changes=body, account_id=call.actor.account_id, now=call.now)
    return versioned(_shown(person), person.version)


@volunteers.operation("GET", "/<id:volunteer_id>/qualifications", gives=QualificationsShown())
def list_qualifications(call: Call, *, volunteer_id: int) -> Any:
    """What she holds."""
    return {"items": visible(call, volunteer_id).qualifications}


@volunteers.operation(
    "POST", "/<id:volunteer_id>/qualifications", takes=NewQualification(), gives=QualificationShown(), status=201
)
def add_qualification(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """Say what she holds. It counts once verified."""
    person = visible(call, volunteer_id)
    return actions.add_qualification(call.session, volunteer_id=person.id, **body)


@volunteers.operation(
    "PUT", "/<id:volunteer_id>/qualifications/<id:qualification_id>/verification", gives=QualificationShown()
)
def verify_qualification(call: Call, *, volunteer_id: int, qualification_id: int) -> Any:
    """I have seen the paper: for coordinators, about somebody else. Twice is harmless."""
    if not _is_coordinated(call, volunteer_id) or volunteer_id == call.actor.volunteer_id:
        visible(call, volunteer_id)
        raise Problem(403, kind="not-allowed")
    held = call.session.get(Qualification, qualification_id)
    if held is None or held.volunteer_id != volunteer_id:
        raise NotFound
    if held.verified_at is None:
        actions.verify_qualification(call.session, held, account_id=call.actor.account_id, now=call.now)
    return held


@volunteers.operation("GET", "/<id:volunteer_id>/consents", gives=ConsentsShown())
def list_consents(call: Call, *, volunteer_id: int) -> Any:
    """What she agreed to, and what she took back."""
    return {"items": visible(call, volunteer_id).consents}


@volunteers.operation("POST", "/<id:volunteer_id>/consents", takes=NewConsent(), gives=ConsentShown(), status=201)
def give_consent(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """Record an agreement. Agreeing twice keeps the first."""
    person = visible(call, volunteer_id)
    is_own = volunteer_id == call.actor.volunteer_id
    return actions.give_consent(
        call.session,
        volunteer_id=person.id,
        purpose=body["purpose"],
        how=ConsentHow.WEB if is_own else body["how"],
        now=call.now,
        recorded_by=None if is_own else call.actor.account_id,
    )


@volunteers.operation(
    "DELETE", "/<id:volunteer_id>/consents/<any({}):purpose>".format(", ".join(ConsentPurpose)), status=204
)
def withdraw_consent(call: Call, *, volunteer_id: int, purpose: str) -> Any:
    """Take an agreement back, as easily as it was given. Twice is harmless."""
    person = visible(call, volunteer_id)
    actions.withdraw_consent(call.session, volunteer_id=person.id, purpose=ConsentPurpose(purpose), now=call.now)


@volunteers.operation(
    "POST",
    "/<id:volunteer_id>/phone-looks",
    takes=PhoneLookAsked(),
    gives=PhoneShown(),
    status=201,
    is_secret=True,
    limit="60/hour",
)
def look_at_phone(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """Her number in full, for somebody of my areas whom I must call. Each look is written down."""
    call.needs(Role.COORDINATOR)
    person = found(queries.in_scope(call.session, volunteer_id, scope_ids=call.scope_ids))
    account_id = call.actor.account_id
    return {"phone": actions.look_at_phone(call.session, person, account_id=account_id, now=call.now, why=body["why"])}


@volunteers.operation("PUT", "/<id:volunteer_id>/emergency-contact", takes=EmergencyContactInput(), status=204)
def name_contact(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """Whom to call if something happens to her while she serves: this person, instead of whoever was named before."""
    person = visible(call, volunteer_id)
    try:
        contacts.name_contact(call.session, person, Contact(**body), account_id=call.actor.account_id, now=call.now)
    except contacts.OwnNumber:
        raise invalid(phone=[_("这是本人的号码，请填别人的")]) from None


@volunteers.operation("DELETE", "/<id:volunteer_id>/emergency-contact", status=204)
def drop_contact(call: Call, *, volunteer_id: int) -> Any:
    """Nobody any more. Twice is harmless."""
    person = visible(call, volunteer_id)
    contacts.drop_contact(call.session, person, account_id=call.actor.account_id, now=call.now)


@volunteers.operation(
    "POST",
    "/<id:volunteer_id>/emergency-contact-looks",
    takes=PhoneLookAsked(),
    gives=EmergencyContactShown(),
    status=201,
    is_secret=True,
    limit="60/hour",
)
def look_at_contact(call: Call, *, volunteer_id: int, body: dict[str, Any]) -> Any:
    """Whom to call, for a coordinator of hers or of a shift of hers. Each look is written down.

    404 where nobody is named.
    """
    call.needs(Role.COORDINATOR)
    person = found(concerned(call.session, volunteer_id, scope_ids=call.scope_ids))
    return found(
        contacts.look_at_contact(call.session, person, account_id=call.actor.account_id, now=call.now, why=body["why"])
    )


@volunteers.operation("GET", "/<id:volunteer_id>/habits", gives=HabitsShown())
def list_habits(call: Call, *, volunteer_id: int) -> Any:
    """How she wants to hear of each topic: over a channel, as usual, or not at all."""
    person = visible(call, volunteer_id)
    return {"items": shown_habits(call, Owner(volunteer_id=person.id), OF_VOLUNTEERS)}


@volunteers.operation(
    "PUT",
    "/<id:volunteer_id>/habits/<any({}):topic>".format(", ".join(OF_VOLUNTEERS)),
    takes=HabitInput(),
    gives=HabitsShown(),
)
def choose_habit(call: Call, *, volunteer_id: int, topic: str, body: dict[str, Any]) -> Any:
    """Choose for one topic. Neither a channel nor `is_off`: as usual."""
    person = visible(call, volunteer_id)
    save_habit(call, Owner(volunteer_id=person.id), Topic(topic), body)
    if person.id != call.actor.volunteer_id:
        note_for_her(
            call.session,
            volunteer_id=person.id,
            area_id=person.area_id,
            account_id=call.actor.account_id,
            now=call.now,
        )
    return {"items": shown_habits(call, Owner(volunteer_id=person.id), OF_VOLUNTEERS)}


def _register_other(call: Call, body: dict[str, Any]) -> Volunteer:
    if places.in_scope(call.session, body["area_id"], scope_ids=call.scope_ids) is None:
        raise invalid(area_id=[_("没有这个地方")])
    return actions.register(call.session, **{"phone": None, **body}, now=call.now, recorded_by=call.actor.account_id)


def _register_self(call: Call, body: dict[str, Any]) -> Volunteer:
    """With the number one has proved to hold by logging in."""
    if call.actor.volunteer_id is not None:
        raise Problem(409, kind="phone-taken")
    if "phone" in body or body["tags"]:
        raise invalid(phone=[_("用登录的手机号登记，不用填写")])
    if call.session.get(Area, body["area_id"]) is None:
        raise invalid(area_id=[_("没有这个地方")])
    account = call.session.get_one(Account, call.actor.account_id)
    details = {**body, "how": ConsentHow.WEB, "phone": secrets.unseal(account.phone_sealed)}
    person = actions.register(call.session, **details, now=call.now)
    account.volunteer_id, account.name = person.id, person.name
    return person


def _is_coordinated(call: Call, volunteer_id: int) -> bool:
    return queries.in_scope(call.session, volunteer_id, scope_ids=call.scope_ids) is not None


def _listed(person: Volunteer) -> dict[str, Any]:
    return {
        "id": person.id,
        "area_id": person.area_id,
        "name": person.name,
        "has_phone": person.phone_digest is not None,
        "tags": person.tags,
    }


def _shown(person: Volunteer) -> dict[str, Any]:
    return {**{name: getattr(person, name) for name in COLUMNS}, **_listed(person)}


COLUMNS = (
    "birth_on", "email", "channel", "weekly_hours", "steps_in", "lead_times", "language", "registered_at",
    "left_at", "qualifications", "consents", "version",
)  # fmt: skip
