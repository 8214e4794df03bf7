"""Where a shift is held, in words; and whose landline the page shows for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.activities.models import Activity
from service.language import _
from service.places.models import Area
from service.places.queries import communities_of, helpline, root
from service.web import visitor
from service.web.branding import show_brand
from service.web.page import HelpLine, use_help_line


@dataclass(frozen=True, slots=True)
class Where:
    """A place as it is told: its community stands before it, since every community has a 社区服务站."""

    name: str
    community: str
    address: str

    @property
    def short(self) -> str:
        """`杜甫路社区 · 社区服务站`."""
        return self.name if self.name == self.community else f"{self.community} · {self.name}"

    @property
    def whole(self) -> str:
        """The same with the street, for whoever has to find it."""
        return _("{place}，{address}", place=self.short, address=self.address) if self.address else self.short


def places(db: Session, area_ids: Collection[int]) -> dict[int, Where]:
    """The places with these ids, in words."""
    return {
        area_id: Where(area.name, community.name, area.address or "")
        for area_id, (area, community) in communities_of(db, area_ids).items()
    }


def place(db: Session, area_id: int) -> Where:
    """One place in words."""
    return places(db, [area_id])[area_id]


def show_landline(db: Session, area: Area, *, of: Activity | None = None) -> None:
    """Put the area's landline on the page, or the contact of the activity the page is about; and its brand."""
    show_brand(db, area)
    line = helpline(db, area)
    if of is not None:
        name, phone = (line.name, line.phone) if line else (area.name, "")
        use_help_line(HelpLine(name, of.contact_phone or phone, of.contact_name))
    elif line is not None:
        use_help_line(HelpLine(line.name, line.phone, hours=line.hours))


def show_own_landline(db: Session) -> None:
    """Put the landline of the reader's community on the page; of the whole place for a guest."""
    volunteer = visitor.volunteer(db)
    area = db.get(Area, volunteer.area_id) if volunteer else root(db)
    if area is not None:
        show_landline(db, area)
