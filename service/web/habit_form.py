"""The questions about how somebody wants to be told, with what she has answered so far: for the pages that ask them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marshmallow import Schema
from sqlalchemy.orm import Session

from schemas.habits import AS_USUAL, OFF, habits_form
from service.calendars.rules import local
from service.language import Lazy, _
from service.notifications import channels, habits
from service.notifications.habits import Owner
from service.notifications.ways import MAY_BE_OFF, MAY_WAIT, OF_COORDINATORS, OF_LEADS, OF_VOLUNTEERS, ON_PAPER
from service.teams.queries import is_lead
from service.terms import Channel, Topic
from service.volunteers import actions as volunteers
from service.volunteers.models import Volunteer
from service.web import told, words
from service.web.forms import Form, Option

#: The question that stands before those of the topics, and its answer where she leaves it to the house.
USUAL = "usual"
WHEN = "when"
USUAL_QUESTION = (USUAL, Lazy("平常怎么告诉您"), Lazy("下面没有另外选的，都照这个来。"))

WHEN_QUESTION = (WHEN, Lazy("什么时候提醒您"), Lazy("所有的班都照这个来。时间落在夜里的，会提前到前一天晚上。"))
#: What she can choose from; a program may choose anything else for her.
LEAD_TIMES = (("eve20:00",), ("PT2H",), ("eve20:00", "PT2H"), ("P3D", "eve20:00"))

#: Offered only where they serve: what may wait until she looks, what may come on paper.
OFFERED_APART = (Channel.INBOX, Channel.SLIP)


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions by name, each with its answers; `given` is what was chosen before."""

    topics: tuple[Topic, ...]
    given: dict[str, str]

    def blank(self) -> Form:
        """To be answered."""
        return Form.blank(self._schema(), given=self.given, options=self._options())

    def posted(self) -> Form:
        """Answered; each answer is one of those that were offered."""
        options = self._options()
        form = Form.posted(self._schema(), options=options)
        for name, answer in form.loaded.items():
            if answer not in {option.value for option in options[name]}:
                form.refuse(_("请从列出的选一项"), at=name)
        return form

    def _schema(self) -> Schema:
        usual = (USUAL_QUESTION, WHEN_QUESTION) if USUAL in self.given else ()
        return habits_form([*usual, *((str(topic), *words.TOPICS[topic]) for topic in self.topics)])()

    def _options(self) -> dict[str, list[Option]]:
        """As usual, the house's channels and the telephone, perhaps not at all. A channel once chosen stays."""
        chosen = [channel for channel in Channel if channel in self.given.values()]
        offered = dict.fromkeys(
            channel for channel in (*channels.of_house(), Channel.CALL_LIST, *chosen) if channel not in OFFERED_APART
        )
        ways = [Option(value=channel, text=str(told.CHANNELS[channel])) for channel in offered]
        look, paper = (Option(value=one, text=str(told.CHANNELS[one])) for one in OFFERED_APART)
        usual, off = Option(value=AS_USUAL, text=_("照平常")), Option(value=OFF, text=_("不用告诉"))
        answers = {
            str(topic): [
                usual,
                *ways,
                *([paper] if topic in ON_PAPER else []),
                *([look] if topic in MAY_WAIT else []),
                *([off] if topic in MAY_BE_OFF else []),
            ]
            for topic in self.topics
        }
        return {USUAL: [Option(value=AS_USUAL, text=_("由社区定")), *ways, paper], WHEN: self._times(), **answers}

    def _times(self) -> list[Option]:
        """As each activity says, or some lead times; what was chosen before stays."""
        chosen = tuple(self.given.get(WHEN, AS_USUAL).split())
        offered = dict.fromkeys([*LEAD_TIMES, *([chosen] if chosen != (AS_USUAL,) else [])])
        times = [Option(value=" ".join(one), text=words.lead_times(one)) for one in offered]
        return [Option(value=AS_USUAL, text=_("照活动定的")), *times]


def of_person(db: Session, her: Volunteer, *, now: datetime) -> Questions:
    """A volunteer's. What only leads hear of, only who leads a team is asked."""
    leads = is_lead(db, her.id, day=local(now).date())
    topics = tuple(topic for topic in OF_VOLUNTEERS if leads or topic not in OF_LEADS)
    usual = {USUAL: her.channel or AS_USUAL, WHEN: " ".join(her.lead_times or [AS_USUAL])}
    return Questions(topics, {**usual, **_given(db, Owner(volunteer_id=her.id), topics)})


def of_desk(db: Session, account_id: int) -> Questions:
    """A coordinator's."""
    return Questions(OF_COORDINATORS, _given(db, Owner(account_id=account_id), OF_COORDINATORS))


def save_person(db: Session, her: Volunteer, form: Form, *, account_id: int, now: datetime) -> None:
    """Keep a volunteer's answers; whoever gave them for her is written down with the change."""
    usual, when = form.loaded[USUAL], form.loaded[WHEN]
    chosen = {
        "channel": None if usual == AS_USUAL else Channel(usual),
        "lead_times": None if when == AS_USUAL else when.split(),
    }
    changes = {name: value for name, value in chosen.items() if value != getattr(her, name)}
    topics = tuple(topic for topic in OF_VOLUNTEERS if topic in form.loaded)
    _save(db, Owner(volunteer_id=her.id), form, topics, now=now)
    if changes:
        volunteers.revise(db, her, changes=changes, account_id=account_id, now=now)


def save_desk(db: Session, form: Form, *, account_id: int, now: datetime) -> None:
    """Keep a coordinator's answers."""
    _save(db, Owner(account_id=account_id), form, OF_COORDINATORS, now=now)


def _given(db: Session, owner: Owner, topics: tuple[Topic, ...]) -> dict[str, str]:
    chosen = {habit.topic: habit.channel or OFF for habit in habits.listed(db, owner)}
    return {str(topic): chosen.get(topic, AS_USUAL) for topic in topics}


def _save(db: Session, owner: Owner, form: Form, topics: tuple[Topic, ...], *, now: datetime) -> None:
    for topic in topics:
        answer = form.loaded[topic]
        if answer == AS_USUAL:
            habits.forget(db, owner, topic=topic)
        else:
            habits.choose(db, owner, topic=topic, channel=None if answer == OFF else Channel(answer), now=now)
