"""Activities as rows. A new one is a draft, seen by nobody; of a published one only the words change.

What the people of a published activity have agreed to, its dates, place and roles, is not changed by a file: the row
says where that is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from service.accounts.models import Account
from service.activities import actions as activities
from service.activities import likeness
from service.activities.actions import ActivityRefused
from service.activities.models import Activity
from service.activities.rules import DatesPlan, plan_problems
from service.calendars.days import Calendar
from service.calendars.queries import calendar, quiet_hours
from service.duties import actions as duties
from service.places.queries import helpline
from service.sheets.activity_rows import AGREED, WORDS, ActivityRows
from service.sheets.lines import REFUSED_BY_FORM, Circumstances, Done, Line, Overtaken, Value, Verdict
from service.sheets.plans import DATES, first_day, plans_of, roles_of
from service.sheets.restoring import as_it_is, as_it_was, plans_now, restore, write_anew
from service.terms import ActivityState, Mode, RowOutcome, RowRefusal

PROBLEMS = {
    "empty": RowRefusal.DATES_EMPTY,
    "past": RowRefusal.DATES_PAST,
    "too_long": RowRefusal.DATES_TOO_LONG,
    "quiet": RowRefusal.DATES_QUIET,
}


class Activities:
    """A file of activities, and those of one reach."""

    def __init__(self, session: Session, given: Circumstances) -> None:
        self.session, self.given = session, given
        self.rows = ActivityRows(session, given)
        self.calendars: dict[int, Calendar] = {}

    def judge(self, lines: Sequence[Line]) -> list[Verdict]:
        """What each row would come to; all that stands against it is named."""
        meant = self.rows.meant(lines)
        keys = [self._key(line, activity) for line, (activity, _doubts) in zip(lines, meant, strict=True)]
        times = Counter(keys)
        verdicts = []
        for line, key, (activity, doubts) in zip(lines, keys, meant, strict=True):
            if line.faults:
                verdicts.append(REFUSED_BY_FORM)
                continue
            reasons = [*doubts, *self.rows.unclear_names(line), *_of_state(line, activity)]
            if times[key] > 1:
                reasons.append(RowRefusal.ACTIVITY_TWICE)
            if reasons:
                verdicts.append(Verdict(RowOutcome.REFUSED, tuple(reasons)))
            else:
                verdicts.append(self._new(line) if activity is None else self._known(line, activity))
        return verdicts

    def take_in(self, line: Line, verdict: Verdict) -> Done:
        """Draft it, or change what the row says otherwise. Raises Overtaken."""
        try:
            if verdict.row_id is None:
                made = self._draft(line)
                return Done(made.id, is_new=True, before=self._now(made))
            activity = self.session.get_one(Activity, verdict.row_id)
            was = as_it_was(self.session, activity)
            self._change(activity, line, verdict.changed)
            return Done(activity.id, is_new=False, before={**was, **self._now(activity)})
        except ActivityRefused as refused:
            raise Overtaken(str(refused)) from refused

    def undo(self, done: Done) -> bool:
        """A draft goes, what was changed is as before; neither once somebody has gone on with it."""
        activity = self.session.get(Activity, done.row_id)
        if activity is None:
            return True
        if any(value != done.before[name] for name, value in self._now(activity).items()):
            return False
        if done.is_new:
            return duties.delete_draft(self.session, activity)
        try:
            with self.session.begin_nested():
                restore(self.session, activity, done.before, given=self.given)
        except ActivityRefused:
            return False
        return True

    def listed(self) -> list[Mapping[str, Value]]:
        """Every activity in reach that is a draft, or published and not over."""
        return [self.rows.told(activity) for activity in self.rows.going_on()]

    def _key(self, line: Line, activity: Activity | None) -> object:
        """What two rows of one file may not both be."""
        if activity is not None:
            return activity.id
        place, day = self.rows.place(line), first_day(line.values)
        if line.faults or place is None or day is None:
            return ("row", line.number)
        return (line.text("title"), place.id, day, line.text("starts"))

    def _new(self, line: Line) -> Verdict:
        place, plans = self.rows.place(line), plans_of(line.values)
        reasons = [] if plans else [RowRefusal.DATES_MISSING]
        if place is None:
            reasons.append(RowRefusal.PLACE_MISSING)
        else:
            reasons += self._of_dates(plans, place.id)
            if line.text("contact_phone") is None and helpline(self.session, place) is None:
                reasons.append(RowRefusal.CONTACT_MISSING)
        if line.text("roles") is None:
            reasons.append(RowRefusal.ROLES_MISSING)
        return Verdict(RowOutcome.REFUSED, tuple(reasons)) if reasons else Verdict(RowOutcome.NEW)

    def _known(self, line: Line, activity: Activity) -> Verdict:
        changed = self.rows.changed(line, activity)
        match activity.state:
            case _ if not changed:
                return Verdict(RowOutcome.SAME, row_id=activity.id)
            case ActivityState.CANCELLED:
                reasons = [RowRefusal.ACTIVITY_CANCELLED]
            case ActivityState.DRAFT:
                reasons = self._of_draft(line, activity) if set(changed) & set(DATES) else []
            case _:
                reasons = _of_published(activity, set(changed))
        if reasons:
            return Verdict(RowOutcome.REFUSED, tuple(reasons))
        return Verdict(RowOutcome.CHANGED, changed=changed, row_id=activity.id)

    def _of_draft(self, line: Line, activity: Activity) -> list[RowRefusal]:
        plans = plans_of({**self.rows.told(activity), **line.values})
        if not plans:
            return [RowRefusal.DATES_MISSING]
        return self._of_dates(plans, activity.area_id, is_loud=activity.is_loud)

    def _of_dates(self, plans: Sequence[DatesPlan], area_id: int, *, is_loud: bool = False) -> list[RowRefusal]:
        if area_id not in self.calendars:
            self.calendars[area_id] = calendar(self.session, area_id)
        quiet, days = quiet_hours(self.session) if is_loud else None, self.calendars[area_id]
        codes = {code for plan in plans for code in plan_problems(plan, days, now=self.given.now, quiet=quiet)}
        return [reason for code, reason in PROBLEMS.items() if code in codes]

    def _draft(self, line: Line) -> Activity:
        """As the wizard drafts it. Who uploads and the community's landline are asked, where the row names nobody."""
        columns = self.rows.columns(line, ("place", "team", *WORDS))
        place = self.rows.place(line)
        if place is None:
            raise LookupError(f"row {line.number} was judged with a place")
        if "contact_phone" not in columns:
            told = helpline(self.session, place)
            columns["contact_phone"] = told.phone if told else ""
        if "contact_name" not in columns:
            columns["contact_name"] = self.session.get_one(Account, self.given.account_id).name
        return activities.draft(
            self.session,
            mode=Mode(line.text("mode") or Mode.INSTANT),
            roles=roles_of(line.text("roles") or "[]"),
            plans=plans_of(line.values),
            created_by=self.given.account_id,
            now=self.given.now,
            **columns,
        )

    def _change(self, activity: Activity, line: Line, changed: Sequence[str]) -> None:
        """Words as their page changes them; all else of a draft as the wizard writes it anew."""
        given, columns = self.given, self.rows.columns(line, changed)
        if not set(changed) & {*AGREED, *DATES}:
            activities.revise(self.session, activity, changes=columns, now=given.now, account_id=given.account_id)
            return
        roles = roles_of(line.text("roles") or "[]") if "roles" in changed else likeness.roles(activity)
        plans = plans_now(self.session, activity)
        if set(changed) & set(DATES):
            plans = plans_of({**self.rows.told(activity), **line.values})
        write_anew(self.session, activity, roles=roles, plans=plans, changes=columns, now=given.now)

    def _now(self, activity: Activity) -> Mapping[str, object]:
        """What shows later whether anybody has gone on with it."""
        return as_it_is(self.session, activity, told=self.rows.told(activity))


def _of_state(line: Line, activity: Activity | None) -> list[RowRefusal]:
    """A file publishes and cancels nothing."""
    state = activity.state if activity is not None else ActivityState.DRAFT
    return [RowRefusal.STATE_ELSEWHERE] if line.text("state") not in (None, state) else []


def _of_published(activity: Activity, changed: set[str]) -> list[RowRefusal]:
    reasons = [RowRefusal.DATES_ELSEWHERE] if changed & set(DATES) else []
    reasons += [RowRefusal.FIXED_ONCE_PUBLISHED] if changed & set(AGREED) else []
    if "risk_notice" in changed and activity.must_confirm_risk:
        reasons.append(RowRefusal.RISK_ASKS_ANEW)
    return reasons
