"""Shared words: the states, kinds and channels of the glossary. Imports nothing of ours.

Every member is explained in docs/glossary.md; a test keeps the two together.
"""

from __future__ import annotations

from enum import StrEnum


class AreaKind(StrEnum):
    """What a node of the area tree is. The tree may be of any depth and order."""

    CITY = "city"
    STREET = "street"
    COMMUNITY = "community"
    COURTYARD = "courtyard"
    BUILDING = "building"
    SITE = "site"


class TeamState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    CLOSED = "closed"


class MemberRole(StrEnum):
    LEAD = "lead"
    MEMBER = "member"
    SUBSTITUTE = "substitute"


class QualificationKind(StrEnum):
    """What a person may do that not everyone may."""

    DOCTOR = "doctor"
    NURSE = "nurse"
    COUNSELLOR = "counsellor"
    TCM = "tcm"
    TEACHER = "teacher"
    FIRST_AID = "first_aid"
    WELDER = "welder"
    FOOD_HANDLER = "food_handler"
    BACKGROUND_CHECK = "background_check"
    INSURANCE = "insurance"
    COOK = "cook"
    BROADCASTER = "broadcaster"
    FIRE_GUIDE = "fire_guide"


class DayPart(StrEnum):
    """The parts of a day in which people say whether they can come; an evening lasts until five in the morning."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Availability(StrEnum):
    """What a person says of a time of the week."""

    CAN = "can"
    IF_NEEDED = "if_needed"
    CANNOT = "cannot"


class BondKind(StrEnum):
    """What two people are to each other on duty."""

    APART = "apart"
    TOGETHER = "together"
    RELIEF = "relief"


class CompanyFault(StrEnum):
    """What can be wrong with who is on duty together in one shift."""

    TWO_ADULTS = "two_adults"
    CHILD_RATIO = "child_ratio"
    NEWCOMER = "newcomer"
    CREW = "crew"
    APART = "apart"
    RELIEF = "relief"
    TOGETHER = "together"


class ConsentPurpose(StrEnum):
    """What a volunteer agreed to, each revocable on its own (PIPL art. 14, 15)."""

    SERVICE = "service"
    REMINDERS = "reminders"
    SHOW_NAME = "show_name"


class Language(StrEnum):
    """The language of messages to somebody."""

    ZH = "zh"
    EN = "en"


class TextSize(StrEnum):
    """How large the letters are; from the second on the page is 长辈版."""

    STANDARD = "standard"
    LARGE = "large"
    XLARGE = "xlarge"


class Kept(StrEnum):
    """What is kept for a time, and then forgotten."""

    LOGIN_CODES = "login_codes"
    MESSAGES = "messages"
    REMARKS = "remarks"
    PUPILS = "pupils"
    IDLE = "idle"
    CONTACTS = "contacts"
    NAMES = "names"
    AUDIT = "audit"


class ConsentHow(StrEnum):
    WEB = "web"
    ORAL = "oral"
    PAPER = "paper"


class Mode(StrEnum):
    """How sign-ups become assignments, chosen per activity."""

    INSTANT = "instant"
    MATCHED = "matched"
    ROTA = "rota"
    CALL_OUT = "call_out"

    @property
    def is_first_come(self) -> bool:
        """Whether whoever asks for a free place has it, with no plan in between."""
        return self in (Mode.INSTANT, Mode.CALL_OUT)


class ActivityState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class DayRule(StrEnum):
    """What becomes of a date of a series on each kind of day: kept, left out, moved, or held only then."""

    EVERY_DAY = "every_day"
    WORKDAYS = "workdays"
    SCHOOL_DAYS = "school_days"
    NOT_HOLIDAYS = "not_holidays"
    DAYS_OFF = "days_off"
    HOLIDAYS = "holidays"
    EARLIER = "earlier"
    LATER = "later"


class HeatLevel(StrEnum):
    """How hot a warning of high temperature (高温预警) says it will be, the least first."""

    YELLOW = "yellow"  # 35 °C and more, three days in a row
    ORANGE = "orange"  # 37 °C and more
    RED = "red"  # 40 °C and more


class DateChange(StrEnum):
    """What becomes of one date when the dates of a series change."""

    ADDED = "added"
    MOVED = "moved"
    DROPPED = "dropped"
    BY_HAND = "by_hand"


class CopySpan(StrEnum):
    """What is copied at a time."""

    MONTH = "month"
    WEEK = "week"


class Belonging(StrEnum):
    """What belongs to an activity besides its words, roles and dates, and is taken over with it."""

    ROUTE = "route"
    LADDER = "ladder"
    FINDINGS = "findings"
    CO_HOSTS = "co_hosts"
    COMPANY = "company"


class ReviewState(StrEnum):
    """How far the second look at a draft is."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Audience(StrEnum):
    """Whom a line of service is for, and who asks for one."""

    EVERYBODY = "everybody"
    ELDERS = "elders"
    CHILDREN = "children"
    WOMEN = "women"
    DISABLED = "disabled"
    ILL = "ill"
    POOR = "poor"


class DemandState(StrEnum):
    """What became of something asked for."""

    OPEN = "open"
    GIVEN = "given"
    RESTS = "rests"


class Headship(StrEnum):
    """What somebody is to an area, for which she is called when its heads are."""

    HOLDER = "holder"
    SUBSTITUTE = "substitute"
    LEAD = "lead"
    MEMBER = "member"


class CoHostState(StrEnum):
    """How far a team or an organisation is from holding an activity together with whose it is."""

    TO_ASK = "to_ask"
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class CopyOutlook(StrEnum):
    """What becomes of a date when a month or a week is copied."""

    NEW = "new"
    CLASHING = "clashing"
    THERE = "there"
    HOLIDAY = "holiday"
    PAST = "past"
    NO_SUCH_DAY = "no_such_day"


class ShiftState(StrEnum):
    OPEN = "open"
    CANCELLED = "cancelled"


class SignUpState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class SignUpVia(StrEnum):
    WEB = "web"
    API = "api"
    PROXY = "proxy"


class AskedHow(StrEnum):
    """How a person who did not type herself asked for a place."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    PAPER = "paper"
    CHAT = "chat"


class AssignmentState(StrEnum):
    DRAFTED = "drafted"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    RELEASED = "released"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


class ReleaseReason(StrEnum):
    """Why a person no longer holds a place."""

    WITHDREW = "withdrew"
    OFFER_EXPIRED = "offer_expired"
    SHIFT_CANCELLED = "shift_cancelled"
    ACTIVITY_CANCELLED = "activity_cancelled"
    COORDINATOR = "coordinator"
    REPLANNED = "replanned"
    SWAPPED = "swapped"
    MOVED_OVER = "moved_over"
    MERGED = "merged"


class Likeness(StrEnum):
    """Why two entries may be one person."""

    NAME_AND_BIRTHDAY = "name_and_birthday"
    NAME = "name"
    SOUND_AND_BIRTHDAY = "sound_and_birthday"
    BIRTHDAY = "birthday"


class SwapState(StrEnum):
    """How far a person has come who wants somebody else to take her place."""

    OPEN = "open"
    AGREED = "agreed"
    DONE = "done"
    TAKEN_BACK = "taken_back"
    DECLINED = "declined"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Rung(StrEnum):
    """Whom a search for somebody to step in turns to, one group after the other."""

    SUGGESTED = "suggested"
    WAITLIST = "waitlist"
    STAND_BY = "stand_by"
    SUBSTITUTES = "substitutes"
    TEAM = "team"
    NEIGHBOURS = "neighbours"
    CALLS = "calls"


class RungOutcome(StrEnum):
    """What came of a rung when its turn came."""

    CLIMBED = "climbed"
    EMPTY = "empty"
    ASLEEP = "asleep"
    SKIPPED = "skipped"


class BackfillState(StrEnum):
    CLIMBING = "climbing"
    FILLED = "filled"
    STOPPED = "stopped"
    OVER = "over"


class BackfillCause(StrEnum):
    """Why somebody is sought."""

    FREED = "freed"
    NO_SHOW = "no_show"
    MOVED = "moved"
    COORDINATOR = "coordinator"
    CALL_OUT = "call_out"


class InvitationState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    THANKED = "thanked"


class MatchRunState(StrEnum):
    REQUESTED = "requested"
    SOLVING = "solving"
    DRAFTED = "drafted"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class MatchStage(StrEnum):
    """What is being done to a run while it is solved."""

    GATHERING = "gathering"  # reading who asked, who can and who holds what
    OUTLINE = "outline"  # a first look over everybody
    PLACING = "placing"  # part by part
    CHECKING = "checking"  # looked at by an independent eye, and written down


class DealState(StrEnum):
    """How far the turns of a rotation for some time have come."""

    REQUESTED = "requested"
    DRAFTED = "drafted"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class RehearsalState(StrEnum):
    REQUESTED = "requested"
    PLAYED = "played"


class Assumption(StrEnum):
    """How people answer in a rehearsal."""

    NOBODY = "nobody"
    EVERYBODY = "everybody"
    AS_LATELY = "as_lately"


class ReminderState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    UNSENT = "unsent"


class UnsentReason(StrEnum):
    """Why a reminder or a notification was never sent. None is dropped without one."""

    CANCELLED = "cancelled"
    NOT_HOLDING = "not_holding"
    QUIET_HOURS = "quiet_hours"
    TOO_LATE = "too_late"
    ALREADY_TOLD = "already_told"
    SUPERSEDED = "superseded"
    NO_CONSENT = "no_consent"
    NO_CHANNEL = "no_channel"
    FAILED = "failed"
    UNWANTED = "unwanted"
    EMPTY = "empty"
    PAUSED = "paused"


class NotificationKind(StrEnum):
    """One message of one kind to one person; each names its template folder."""

    LOGIN_CODE = "login_code"
    SIGN_UP_RECEIVED = "sign_up_received"
    SIGN_UP_CONFIRMED = "sign_up_confirmed"
    SIGN_UP_WAITLISTED = "sign_up_waitlisted"
    SIGN_UP_WITHDRAWN = "sign_up_withdrawn"
    SIGN_UP_DECLINED = "sign_up_declined"
    STANDING_BY = "standing_by"
    PLACE_OFFERED = "place_offered"
    OFFER_CALL = "offer_call"
    PLACE_RELEASED = "place_released"
    SHIFT_CANCELLED = "shift_cancelled"
    SHIFT_MOVED = "shift_moved"
    REMINDER = "reminder"
    SUBSTITUTE_WANTED = "substitute_wanted"
    SUBSTITUTE_CALL = "substitute_call"
    PLACE_FREE = "place_free"
    SWAP_WANTED = "swap_wanted"
    SWAP_DONE = "swap_done"
    SWAP_OFF = "swap_off"
    SWAP_TO_APPROVE = "swap_to_approve"
    GAP_OPENED = "gap_opened"
    TEAM_GAP = "team_gap"
    GROUP_GAP = "group_gap"
    GROUP_FREE_PLACE = "group_free_place"
    SHIFT_AT_RISK = "shift_at_risk"
    SHIFT_GOES_AHEAD = "shift_goes_ahead"
    RISK_CHANGED = "risk_changed"
    SHIFT_TOO_HOT = "shift_too_hot"
    SHIFT_HEAT_OVER = "shift_heat_over"
    NOT_THERE = "not_there"
    COURSE_PLACE = "course_place"
    COURSE_DAY = "course_day"
    WEEKLY_DIGEST = "weekly_digest"
    CO_HOST_ASKED = "co_host_asked"
    CO_HOST_ANSWERED = "co_host_answered"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_OFF = "appointment_off"


class NotificationState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    UNSENT = "unsent"


class Channel(StrEnum):
    """A way to reach a person; each names its folder in service/notifications/channels/."""

    CONSOLE = "console"
    FILE = "file"
    SMS = "sms"
    EMAIL = "email"
    CALL_LIST = "call_list"
    SLIP = "slip"
    INBOX = "inbox"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class Topic(StrEnum):
    """What messages are about, as whoever gets them sees it: for each she can say how she wants to hear of it."""

    REMINDERS = "reminders"
    OFFERS = "offers"
    CHANGES = "changes"
    ASKINGS = "askings"
    FREE_PLACES = "free_places"
    TEAM = "team"
    DESK = "desk"
    DIGEST = "digest"


class CallOutcome(StrEnum):
    """What came of one telephone call from the call list."""

    OPEN = "open"
    YES = "yes"
    NO = "no"
    NO_ANSWER = "no_answer"
    LATER = "later"
    TOLD = "told"
    NOT_NEEDED = "not_needed"


class SheetKind(StrEnum):
    """What comes in as a table."""

    PEOPLE = "people"
    MEMBERS = "members"
    ACTIVITIES = "activities"
    ROSTER = "roster"


class ExportState(StrEnum):
    """How far the asking to take personal data out of the house has come."""

    ASKED = "asked"
    ALLOWED = "allowed"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


class SheetState(StrEnum):
    """How far a file has come."""

    UPLOADED = "uploaded"
    ACCEPTED = "accepted"
    TAKEN_IN = "taken_in"
    TAKEN_BACK = "taken_back"
    DROPPED = "dropped"


class RowOutcome(StrEnum):
    """What a row of a file comes to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


class RowRefusal(StrEnum):
    """Why a row of a file cannot be taken in, beside what is wrong with its cells."""

    NUMBER_UNKNOWN = "number_unknown"
    PHONE_TAKEN = "phone_taken"
    TWICE = "twice"
    NAMESAKE = "namesake"
    CONSENT_MISSING = "consent_missing"
    AREA_MISSING = "area_missing"
    AREA_UNKNOWN = "area_unknown"
    AREA_UNCLEAR = "area_unclear"
    PERSON_UNKNOWN = "person_unknown"
    PERSON_UNCLEAR = "person_unclear"
    CHANGED_MEANWHILE = "changed_meanwhile"
    ACTIVITY_TWICE = "activity_twice"
    ACTIVITY_UNCLEAR = "activity_unclear"
    ACTIVITY_CANCELLED = "activity_cancelled"
    STATE_ELSEWHERE = "state_elsewhere"
    PLACE_MISSING = "place_missing"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_UNCLEAR = "place_unclear"
    TEAM_UNKNOWN = "team_unknown"
    TEAM_UNCLEAR = "team_unclear"
    CONTACT_MISSING = "contact_missing"
    ROLES_MISSING = "roles_missing"
    DATES_MISSING = "dates_missing"
    DATES_EMPTY = "dates_empty"
    DATES_PAST = "dates_past"
    DATES_TOO_LONG = "dates_too_long"
    DATES_QUIET = "dates_quiet"
    DATES_ELSEWHERE = "dates_elsewhere"
    FIXED_ONCE_PUBLISHED = "fixed_once_published"
    RISK_ASKS_ANEW = "risk_asks_anew"
    SHIFT_UNKNOWN = "shift_unknown"
    SHIFT_UNCLEAR = "shift_unclear"
    ROLE_MISSING = "role_missing"
    ROLE_UNKNOWN = "role_unknown"
    PLACE_TWICE = "place_twice"
    IN_ANOTHER_ROLE = "in_another_role"
    STATE_ON_THE_BOARD = "state_on_the_board"
    STATE_NOT_HERS = "state_not_hers"
    STAND_BY_ELSEWHERE = "stand_by_elsewhere"
    GONE_BEFORE = "gone_before"
    SAYS_CANNOT = "says_cannot"


class SkillState(StrEnum):
    """How far it can be relied on that somebody can something."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    EXPIRED = "expired"


class PromiseState(StrEnum):
    """How far something is that was promised."""

    PROMISED = "promised"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


class PartnerKind(StrEnum):
    """What kind of organisation stands by a neighbourhood."""

    PARTY = "party"
    PUBLIC_BODY = "public_body"
    ENTERPRISE = "enterprise"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    ASSOCIATION = "association"


class QuotaState(StrEnum):
    """How far a quota has come."""

    MET = "met"
    ON_COURSE = "on_course"
    SHORT = "short"
    MISSED = "missed"


class Role(StrEnum):
    """What an account may do, within the area its grant names and all below it."""

    COORDINATOR = "coordinator"
    ADMIN = "admin"


class EnrolmentState(StrEnum):
    """How somebody stands in a course."""

    ENROLLED = "enrolled"
    WAITLISTED = "waitlisted"
    WITHDRAWN = "withdrawn"
    PASSED = "passed"
    FAILED = "failed"


class AppointmentState(StrEnum):
    """How somebody's slot with a doctor, a counsellor stands."""

    BOOKED = "booked"
    OFFERED = "offered"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class PupilState(StrEnum):
    """What a day's sheet says of a pupil."""

    CAME = "came"
    EXCUSED = "excused"
    ABSENT = "absent"


class Kinship(StrEnum):
    """What somebody who may fetch a pupil is to it."""

    PARENT = "parent"
    GRANDPARENT = "grandparent"
    RELATIVE = "relative"
    ENTRUSTED = "entrusted"


class RiskDoor(StrEnum):
    """How somebody confirmed a risk notice."""

    PAGE = "page"
    LINK = "link"
    API = "api"
    DESK = "desk"


class Refusal(StrEnum):
    """A reason that stands between a volunteer and a place. All are told, not the first."""

    UNKNOWN_ROLE = "unknown_role"
    NOT_PUBLISHED = "not_published"
    SHIFT_CANCELLED = "shift_cancelled"
    SHIFT_STARTED = "shift_started"
    SIGN_UP_CLOSED = "sign_up_closed"
    OVERLAP = "overlap"
    REST = "rest"
    QUALIFICATION_MISSING = "qualification_missing"
    QUALIFICATION_EXPIRED = "qualification_expired"
    TAG_MISSING = "tag_missing"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    AGE_UNKNOWN = "age_unknown"
    NIGHT = "night"
    HEAT = "heat"
    TOO_HOT = "too_hot"
    WEEKLY_HOURS = "weekly_hours"
    CONSENT_MISSING = "consent_missing"
    FULL = "full"
    TOO_MANY_TOGETHER = "too_many_together"
    GUARDIAN_MISSING = "guardian_missing"
