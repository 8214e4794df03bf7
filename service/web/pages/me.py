"""My shifts: what I am asked first, then what is coming, what waits, what was called off and what was; my consents."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from schemas.publishing import WEEKDAYS
from schemas.reading import ReadingInput
from service import clock, secrets, wording
from service.appointments.queries import to_see
from service.backfill.queries import open_invitations
from service.calendars.rules import local
from service.courses import queries as courses
from service.findings.queries import to_write_down
from service.language import Lazy, _
from service.links import answer_token, ask_token, feed_link, offers_token, swap_token
from service.notifications.queries import unseen
from service.partners.queries import askings, parts
from service.places.models import Area
from service.pupils import queries as pupils
from service.roster import actions as roster
from service.roster import arriving
from service.roster.actions import OfferClosed, TooHot
from service.roster.confirming import to_confirm
from service.roster.duties import DutyRow, called_off, duties, duties_before
from service.roster.heat import heat_for
from service.roster.models import AWAITED, ForbiddenMove
from service.roster.queries import of_volunteer
from service.rotation.notes import LATE, to_hand_over
from service.routes.queries import with_route
from service.signups.queries import waiting
from service.signups.second_thoughts import can_think_again, offer_again
from service.swaps.queries import being_swapped, open_askings
from service.terms import ConsentHow, ConsentPurpose, Language, TextSize
from service.volunteers import actions as volunteers
from service.volunteers.contacts import contact_of
from service.volunteers.models import Volunteer
from service.volunteers.queries import feed_of
from service.volunteers.rules import age_on
from service.watches.queries import of_volunteer as watches_of
from service.web import notices, outcome, page, reader, visitor, where, words
from service.web.forms import Form
from service.web.outcome import Outcome
from service.web.pages.offers import told

#: The consents a volunteer sees and may take back, in this order.
PURPOSES = (ConsentPurpose.SERVICE, ConsentPurpose.REMINDERS, ConsentPurpose.SHOW_NAME)
#: What she agrees to, and what follows when she takes it back.
WORDS = {
    ConsentPurpose.SERVICE: (
        Lazy("用姓名和手机号安排志愿服务"),
        Lazy("收回以后不能再报名，候补也不再排到您。已经定下的班，来不了请另外退出。"),
    ),
    ConsentPurpose.REMINDERS: (Lazy("给您发提醒"), Lazy("收回以后不再发提醒，排好的班不变。")),
    ConsentPurpose.SHOW_NAME: (Lazy("换班的时候让队友看到全名"), Lazy("收回以后，队友只看得到您的姓。")),
}

pages = Blueprint("me", __name__)


@pages.get("/me")
@visitor.for_anyone
def index(db: Session) -> ResponseReturnValue:
    """The shifts of whoever is logged in; coordinators without shifts of their own go to their desk."""
    who = visitor.current(db)
    if who is None:
        return page.see_other(url_for("login.index", next=url_for("me.index")))
    if who.volunteer_id is None:
        return page.see_other(url_for("dashboard.index" if who.is_coordinator else "login.register_form"))
    where.show_own_landline(db)
    now, her = clock.now(db), db.get_one(Volunteer, who.volunteer_id)
    coming = [
        (row, outcome.of_place(row.Assignment, row.Shift, now=now)) for row in duties(db, who.volunteer_id, from_at=now)
    ]
    offers = [row for row, became in coming if became == Outcome.OFFERED]
    return page.render(
        "me/index.html",
        title=_("我的班次"),
        name=who.name,
        offers_large=_may_like_large(her, day=local(now).date()),
        language=her.language,
        offers=offers,
        hot=heat_for(db, [row.Assignment.id for row, _became in coming if row.Assignment.state in AWAITED]),
        together=offers_token([row.Assignment.id for row in offers]) if len(offers) > 1 else "",
        duties=[row for row, became in coming if became in (Outcome.CONFIRMED, Outcome.STANDS_BY, Outcome.MISSED)],
        to_see=to_see(db, who.volunteer_id, now=now),
        risks=to_confirm(db, who.volunteer_id, now=now),
        parts=parts(db, scope_ids=(), volunteer_id=who.volunteer_id, now=now),
        askings=askings(db, scope_ids=(), volunteer_id=who.volunteer_id, now=now),
        waiting=waiting(db, who.volunteer_id, from_at=now),
        asked=open_invitations(db, who.volunteer_id, now=now),
        answer_token=answer_token,
        ask_token=ask_token,
        swaps=open_askings(db, who.volunteer_id, now=now),
        swap_token=swap_token,
        being_swapped=being_swapped(db, who.volunteer_id),
        hand_overs=to_hand_over(db, who.volunteer_id, around=now, near=LATE),
        to_write_down=(near := to_write_down(db, who.volunteer_id, around=now)),
        with_route=with_route(db, [row.Activity.id for row in near]),
        courses=courses.of_volunteer(db, who.volunteer_id, now=now),
        to_tick=courses.to_tick(db, who.volunteer_id, now=now),
        watches=watches_of(db, who.volunteer_id),
        weekdays=WEEKDAYS,
        called_off=_called_off(db, who.volunteer_id, coming, now=now),
        to_teach=pupils.to_teach(db, who.volunteer_id, now=now),
        to_check_in=arriving.to_check_in(db, who.volunteer_id, now=now),
        unseen=unseen(db, volunteer_id=who.volunteer_id, account_id=who.account_id),
        past=duties_before(db, who.volunteer_id, until_at=now),
    )


@pages.post("/me/places/<int:assignment_id>/here")
@visitor.for_volunteers
def here(db: Session, assignment_id: int) -> ResponseReturnValue:
    """She is there, and says so herself."""
    assignment = of_volunteer(db, assignment_id, volunteer_id=visitor.me(db).volunteer_id or 0)
    if assignment is None:
        abort(404)
    try:
        with db.begin_nested():
            arriving.check_in(db, assignment_id=assignment.id, now=clock.now(db))
    except roster.PlaceGiven:
        notices.notify(_("您没到，已经请别人顶上了。谢谢您赶来，请和现场的人说一声。"))
    except (roster.NotBegun, roster.ConflictingDuty, ForbiddenMove):
        notices.notify(_("没有记成，请打电话。"))
    else:
        notices.notify(_("记下了，您到了。"))
    return page.see_other(url_for("me.index"))


@pages.post("/me/offers/<int:assignment_id>/<any(yes, no):answer>")
@visitor.for_volunteers
def reply(db: Session, assignment_id: int, answer: str) -> ResponseReturnValue:
    """Answer an offer, or give up a place accepted before."""
    assignment = of_volunteer(db, assignment_id, volunteer_id=visitor.me(db).volunteer_id or 0)
    if assignment is None:
        abort(404)
    now: datetime = clock.now(db)
    try:
        with db.begin_nested():
            if answer == "yes":
                roster.accept(db, assignment_id=assignment.id, now=now)
            else:
                roster.decline(db, assignment_id=assignment.id, now=now)
    except TooHot as hot:
        notices.notify(words.heat_for_her(hot.heat, is_asked=True))
        return page.see_other(url_for("me.index"))
    except OfferClosed:
        notices.notify(_("这个名额已经不能回复了。有疑问请打电话。"))
        return page.see_other(url_for("me.index"))
    if can_think_again(db, assignment, now=now):
        notices.offer_undo(told(answer), address=url_for("me.think_again", assignment_id=assignment.id))
    else:
        notices.notify(told(answer))
    return page.see_other(url_for("me.index"))


@pages.post("/me/offers/<int:assignment_id>/again")
@visitor.for_volunteers
def think_again(db: Session, assignment_id: int) -> ResponseReturnValue:
    """The no was a slip: be asked once more, while the place is free."""
    refused = of_volunteer(db, assignment_id, volunteer_id=visitor.me(db).volunteer_id or 0)
    if refused is None:
        abort(404)
    notices.withdraw_undo()
    try:
        with db.begin_nested():
            offer_again(db, assignment_id=refused.id, now=clock.now(db))
    except OfferClosed:
        notices.notify(_("来不及撤销了：名额已经给了别人，或者您那个时间有了别的安排。有疑问请打电话。"))
    else:
        notices.notify(_("已经撤销。请您再回复一次。"))
    return page.see_other(url_for("me.index"))


@pages.get("/me/profile")
@visitor.for_volunteers
def profile(db: Session) -> ResponseReturnValue:
    """What is kept of her, and what she agreed to."""
    where.show_own_landline(db)
    volunteer = visitor.herself(db)
    phone = secrets.unseal(volunteer.phone_sealed) if volunteer.phone_sealed else ""
    given = {consent.purpose for consent in volunteer.consents if consent.withdrawn_at is None}
    return page.render(
        "me/profile.html",
        title=_("我的资料"),
        volunteer=volunteer,
        phone=wording.masked_phone(phone) if phone else "",
        community=db.get_one(Area, volunteer.area_id).name,
        feed=_feed(db, volunteer.id),
        consents=[(purpose, purpose in given, *WORDS[purpose]) for purpose in PURPOSES],
        contact=contact_of(db, volunteer),
        form=Form.blank(ReadingInput(), given=_reads(volunteer)),
    )


@pages.post("/me/consents/<any(service, reminders, show_name):purpose>/<any(give, withdraw):what>")
@visitor.for_volunteers
def consent(db: Session, purpose: str, what: str) -> ResponseReturnValue:
    """Take a consent back, as easily as it was given (PIPL art. 15), or give it again."""
    her, wanted, now = visitor.herself(db).id, ConsentPurpose(purpose), clock.now(db)
    if what == "give":
        volunteers.give_consent(db, volunteer_id=her, purpose=wanted, how=ConsentHow.WEB, now=now)
        notices.withdraw_undo()
        notices.notify(_("记下了，您同意。"))
    else:
        volunteers.withdraw_consent(db, volunteer_id=her, purpose=wanted, now=now)
        notices.offer_undo(_("已经收回。点错了可以撤销。"), address=url_for("me.consent", purpose=purpose, what="give"))
    return page.see_other(url_for("me.profile"))


@pages.post("/me/stepping-in/<any(on, off):what>")
@visitor.for_volunteers
def step_in(db: Session, what: str) -> ResponseReturnValue:
    """Whether she may be asked to step in for somebody."""
    her, account_id = visitor.herself(db), visitor.me(db).account_id
    volunteers.revise(db, her, changes={"steps_in": what == "on"}, account_id=account_id, now=clock.now(db))
    if what == "on":
        notices.withdraw_undo()
        notices.notify(_("记下了，缺人的时候会问您。"))
    else:
        text = _("记下了，以后不请您顶班、替班。您订的“有空位时告诉我”照旧。")
        notices.offer_undo(text, address=url_for("me.step_in", what="on"))
    return page.see_other(url_for("me.profile"))


#: From this age on larger letters are offered, once.
ELDER = 60


def _may_like_large(volunteer: Volunteer, *, day: date) -> bool:
    """Whether 长辈版 is offered: to who is over sixty and has not said how she likes to read, here or elsewhere."""
    is_elder = volunteer.birth_on is not None and age_on(volunteer.birth_on, day) >= ELDER
    return is_elder and volunteer.text_size is None and not reader.reads_already("size")


def _reads(volunteer: Volunteer) -> dict[str, StrEnum]:
    """How she reads: as she chose, or as this browser shows it."""
    return {
        "text_size": TextSize(volunteer.text_size or reader.text_size()),
        "language": Language(volunteer.language),
    }


def _feed(db: Session, volunteer_id: int) -> str:
    """The address of her calendar feed; empty while it is closed."""
    known = feed_of(db, volunteer_id)
    return feed_link(volunteer_id, epoch=known.epoch) if known is not None and known.closed_at is None else ""


def _called_off(
    db: Session, volunteer_id: int, coming: list[tuple[DutyRow, Outcome]], *, now: datetime
) -> list[DutyRow]:
    """Those whose place was taken away with the shift, and those for whom that follows in a moment."""
    still = [row for row, became in coming if became == Outcome.CALLED_OFF]
    return [*still, *called_off(db, volunteer_id, from_at=now)]
