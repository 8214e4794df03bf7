"""Every table, gathered for the migrations and for SQLAlchemy's mapper."""

from __future__ import annotations

from service import audit, clock, idempotency, outbox
from service.accounts import models as accounts
from service.activities import models as activities
from service.appointments import models as appointments
from service.availability import models as availability
from service.backfill import models as backfill
from service.brands import models as brands
from service.calendars import models as calendars
from service.campaigns import models as campaigns
from service.company import models as company
from service.copies import models as copies
from service.courses import models as courses
from service.courtyards import models as courtyards
from service.db import Base
from service.demands import models as demands
from service.disclosures import models as disclosures
from service.findings import models as findings
from service.guidance import models as guidance
from service.matching import models as matching
from service.notifications import models as notifications
from service.partners import models as partners
from service.people import models as people
from service.places import models as places
from service.promises import models as promises
from service.pupils import models as pupils
from service.quotas import models as quotas
from service.rehearsal import models as rehearsal
from service.reminders import models as reminders
from service.retention import models as retention
from service.risks import models as risks
from service.roster import models as roster
from service.rotation import models as rotation
from service.routes import models as routes
from service.scores import models as scores
from service.sheets import models as sheets
from service.signups import models as signups
from service.skills import models as skills
from service.swaps import models as swaps
from service.teams import models as teams
from service.templates import models as templates
from service.volunteers import models as volunteers
from service.watches import models as watches

metadata = Base.metadata

__all__ = [
    "accounts",
    "activities",
    "appointments",
    "audit",
    "availability",
    "backfill",
    "brands",
    "calendars",
    "campaigns",
    "clock",
    "company",
    "copies",
    "courses",
    "courtyards",
    "demands",
    "disclosures",
    "findings",
    "guidance",
    "idempotency",
    "matching",
    "metadata",
    "notifications",
    "outbox",
    "partners",
    "people",
    "places",
    "promises",
    "pupils",
    "quotas",
    "rehearsal",
    "reminders",
    "retention",
    "risks",
    "roster",
    "rotation",
    "routes",
    "scores",
    "sheets",
    "signups",
    "skills",
    "swaps",
    "teams",
    "templates",
    "volunteers",
    "watches",
]
