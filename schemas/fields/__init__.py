"""Fields of every input schema: forgiving in what they take, exact in what they give, refusing in Chinese.

Each takes `label` (the words the page shows and the messages use), `hint`, and `widget` for another look than
its own. The rest goes to marshmallow.
"""

from schemas.fields.base import Field
from schemas.fields.choosing import Choice, Many, Part, Ticked
from schemas.fields.numbers import Id, Whole
from schemas.fields.texts import Code, Email, Length, Name, Phone, Text
from schemas.fields.times import LocalDate, LocalDateTime, LocalTime

__all__ = [
    "Choice",
    "Code",
    "Email",
    "Field",
    "Id",
    "Length",
    "LocalDate",
    "LocalDateTime",
    "LocalTime",
    "Many",
    "Name",
    "Part",
    "Phone",
    "Text",
    "Ticked",
    "Whole",
]
