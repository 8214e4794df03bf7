"""Rings the roster: offers to ask about again, offers that ran out, places to hand on."""

from __future__ import annotations

from celery_app import app
from service import clock
from service.db import transaction
from service.roster import arriving, overdue


@app.task(name="workers.roster.expire_offers")
def expire_offers() -> None:
    """Release what nobody answered in time, a batch a transaction, until none is left."""
    while True:
        with transaction() as session:
            if not overdue.expire_offers(session, now=clock.now(session)):
                return


@app.task(name="workers.roster.hand_on_places")
def hand_on_places() -> None:
    """Free the places whose holders withdrew for good, a batch a transaction, until none is left."""
    while True:
        with transaction() as session:
            if not overdue.hand_on_places(session, now=clock.now(session)):
                return


@app.task(name="workers.roster.ask_again")
def ask_again() -> None:
    """Ask again who has not answered an offer, a batch a transaction, until none is left."""
    while True:
        with transaction() as session:
            if not overdue.ask_again(session, now=clock.now(session)):
                return


@app.task(name="workers.roster.miss_late")
def miss_late() -> None:
    """Miss who is late where punctuality is asked for, a batch a transaction, until nobody is left."""
    while True:
        with transaction() as session:
            if not arriving.miss_late(session, now=clock.now(session)):
                return
