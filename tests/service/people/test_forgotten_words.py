"""A guard for tables to come: words in rows that name a person go with her, or are known not to be about her."""

from __future__ import annotations

from collections.abc import Iterator

from service import models
from service.db import Base
from service.people.erasing import HERS_ALONE, WORDS

#: Columns of rows that name her, and why they stay.
NOT_ABOUT_HER = {
    "account.name": "blanked when it is closed",
    "account.phone_digest": "blanked when it is closed",
    "account.phone_sealed": "blanked when it is closed",
    "bond.note": "the row goes",
    "disclosure.title": "what is to be published",
    "disclosure.where": "on which board",
    "finding.outcome": "about a place",
    "finding.words": "about a place",
    "hand_over_note.words": "what happened on a watch",
    "notification.key": "ids",
    "notification.phone_sealed": "only where nobody is registered yet",
    "notification.request_id": "names a request",
    "notification.subject_ids": "ids",
    "person_merge.before": "blanked with her",
    "person_merge.moved": "blanked with her",
    "promise.reason": "about a courtyard",
    "promise.title": "about a courtyard",
    "reminder.lead_time": "a length of time",
    "rotation_turn.passed": "counts",
    "rotation_turn.refused": "names of rules",
    "score.items": "points of a place",
    "stop_visit.wrong": "about a shop",
}


def columns_of_words() -> Iterator[str]:
    """`table.column` of each text, sealed value and object in a row that names a person and stays when she goes."""
    gone = {table.__tablename__ for table in HERS_ALONE}
    emptied = {f"{table.__tablename__}.{name}" for table, empty in WORDS for name in empty}
    assert models.metadata is Base.metadata, "all tables are known"
    for mapper in Base.registry.mappers:
        table = mapper.class_.__table__
        names_her = any(key.column.table.name == "volunteer" for column in table.c for key in column.foreign_keys)
        if not names_her or table.name in gone:
            continue
        for name, annotation in mapper.class_.__annotations__.items():
            is_of_words = any(kind in str(annotation) for kind in ("str", "bytes", "dict"))
            if name in table.c and is_of_words and f"{table.name}.{name}" not in emptied:
                yield f"{table.name}.{name}"


def test_words_go_with_her_or_are_known_not_to_be_about_her() -> None:
    assert sorted(columns_of_words()) == sorted(NOT_ABOUT_HER)
