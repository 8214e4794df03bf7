"""The brand of the community that a page is about: put on it once the page knows which that is."""

from __future__ import annotations

from flask import g, url_for
from sqlalchemy.orm import Session

from service.brands.models import Brand
from service.brands.queries import shown
from service.places.models import Area


def show_brand(db: Session, area: Area) -> None:
    """From here on the page being answered is of this area."""
    g.brand = shown(db, area)


def brand() -> Brand | None:
    """What the page shows; None where no community has one, or no page said which it is about."""
    found: Brand | None = g.get("brand")
    return found


def brand_address(of: Brand, kind: str) -> str:
    """Where its colour (`css`) or its mark (`png`) is: another look has another address, so browsers keep them."""
    return url_for("brand_files.look", area_id=of.area_id, digest=of.digest, kind=kind)
