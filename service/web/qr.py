"""A QR code as part of a page: drawn in the page itself, black on white, with words for whoever cannot see it."""

from __future__ import annotations

import segno
from markupsafe import Markup

#: A quarter of the code may be soiled or folded: paper hangs outdoors.
CORRECTION = "q"
#: White squares around it, without which no telephone finds it.
QUIET_ZONE = 4


def qr(address: str, *, says: str) -> Markup:
    """The code of `address`; `says` is what a screen reader says of it."""
    drawn = segno.make(address, error=CORRECTION, micro=False, boost_error=False).svg_inline(
        omitsize=True, border=QUIET_ZONE, svgclass="qr", lineclass=None
    )
    return Markup('<span class="qr-box" role="img" aria-label="{}">{}</span>').format(says, Markup(drawn))  # noqa: S704 (drawn from squares)
