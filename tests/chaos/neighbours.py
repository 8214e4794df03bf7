"""What the people of the street do, all day, whatever becomes of the house: a mixed load over real HTTP.

Volunteers sign up, withdraw, take that back, ask for swaps, and answer their mail by the links in it; the coordinator
publishes, moves and cancels shifts, marks who did not come, seeks substitutes, makes plans.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from service.calendars.rules import local
from tests.chaos.client import Client, History
from tests.chaos.postbox import Postbox
from tests.chaos.street import Opening, Street

#: Shifts that lie ahead at any time, as far as the coordinator can see to it.
AHEAD = 12
VOLUNTEERS = 4
#: Seconds somebody thinks between two things she does, at most.
THINKING = 0.4


class Neighbours:
    """The threads of the load. Use `live`, later `stop`."""

    def __init__(self, street: Street, postbox: Postbox, address: tuple[str, int], *, seed: int) -> None:
        self.street, self.postbox, self.history = street, postbox, History()
        self.is_over = threading.Event()
        lives = [self._volunteer] * VOLUNTEERS + [self._coordinator]
        self.threads = [
            threading.Thread(target=self._live, args=(life, Client(address, self.history), random.Random(seed + n)))
            for n, life in enumerate(lives)
        ]

    def live(self) -> None:
        """Begin."""
        for thread in self.threads:
            thread.daemon = True
            thread.start()

    def stop(self) -> None:
        """Let everybody finish what she is at, answer and all."""
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    @property
    def answered(self) -> int:
        """Requests answered so far."""
        return len(self.history.told)

    def _live(self, life: Callable[[Client, random.Random], None], client: Client, chance: random.Random) -> None:
        while not self.is_over.is_set():
            try:
                life(client, chance)
            except TimeoutError:
                continue  # written down: the end of the run asks for it
            time.sleep(chance.random() * THINKING)

    # --- volunteers ---

    def _volunteer(self, client: Client, chance: random.Random) -> None:
        if self._answer_mail(client, chance):
            return
        doings = (self._sign_up, self._withdraw, self._swap, self._look)
        chance.choices(doings, weights=(60, 20, 8, 12))[0](client, chance)

    def _sign_up(self, client: Client, chance: random.Random) -> None:
        """For one of the next shifts: many want the same, so some wait."""
        if not (openings := self.street.ahead()):
            return
        opening, (_, token) = chance.choice(openings), chance.choice(self.street.people)
        path, body = f"shifts/{opening.shift_id}/signups", {"shift_role_id": opening.shift_role_id}
        answer = client.ask("sign up", "POST", path, token=token, body=body)
        if answer.status == 201:
            self.street.remember(answer.body["id"], token)

    def _withdraw(self, client: Client, chance: random.Random) -> None:
        """And think better of it, now and then."""
        if (mine := self.street.one_signup(chance)) is None:
            return
        signup_id, token = mine
        path = f"signups/{signup_id}/withdrawals"
        if client.ask("withdraw", "POST", path, token=token).status == 201 and chance.random() < 0.4:
            client.ask("undo", "DELETE", path, token=token)

    def _swap(self, client: Client, chance: random.Random) -> None:
        _, token = chance.choice(self.street.people)
        path = "assignments?mine=true&state=confirmed&limit=100"
        places = client.ask("my places", "GET", path, token=token).body["items"]
        if to_come := [one for one in places if datetime.fromisoformat(one["starts_at"]) > self.street.now]:
            body = {"assignment_id": chance.choice(to_come)["id"]}
            swap = client.ask("ask to swap", "POST", "swaps", token=token, body=body)
            if swap.status == 201 and chance.random() < 0.2:
                client.ask("take swap back", "POST", f"swaps/{swap.body['id']}/withdrawals", token=token)

    def _look(self, client: Client, chance: random.Random) -> None:
        _, token = chance.choice(self.street.people)
        client.ask("look", "GET", "shifts?takeable=true", token=token)

    def _answer_mail(self, client: Client, chance: random.Random) -> bool:
        """By the link in it: yes mostly, no sometimes, and some never answer. Whether there was something to answer."""
        while (mail := self.postbox.next()) is not None:
            about = mail.key.partition(":")[0]
            if mail.answer_at is None or about not in ASKING or chance.random() < 0.25:
                continue
            answer = "yes" if chance.random() < 0.7 else "no"
            client.press(f"answer {ASKING[about]}", mail.answer_at, answer=answer)
            if chance.random() < 0.1:  # pressed twice
                client.press(f"answer {ASKING[about]}", mail.answer_at, answer=answer)
            return True
        return False

    # --- the coordinator ---

    def _coordinator(self, client: Client, chance: random.Random) -> None:
        if len(self.street.ahead()) < AHEAD:
            self._publish(client, chance)
            return
        doings = (self._miss, self._move, self._cancel, self._seek, self._plan, self._answer_for)
        chance.choices(doings, weights=(30, 12, 6, 12, 20, 20))[0](client, chance)
        time.sleep(chance.random())

    def _ask(self, client: Client, verb: str, method: str, path: str, **more: object) -> object:
        answer = client.ask(verb, method, path, token=self.street.desk_token, **more)  # type: ignore[arg-type]
        return answer.body if answer.status < 300 else None

    def _publish(self, client: Client, chance: random.Random) -> None:
        """An activity of three shifts in the hours to come."""
        mode = chance.choices(("instant", "matched"), weights=(4, 1))[0]
        body = {
            "area_id": self.street.area_id,
            "team_id": self.street.team_id,
            "mode": mode,
            "title": f"巡逻{chance.getrandbits(60):x}",
            "contact_name": "陈协调",
            "contact_phone": "0371-64350001",
            "lead_times": ["PT2H", "PT30M"],
            "withdraw_before": 30,
            "answer_within": 60,
            "swaps_need_approval": False,
            "roles": [{"name": "巡逻员", "min_needed": 2, "max_needed": 3}],
            "dates": [_one_hour(self.street.now + _in_minutes(chance)) for _ in range(3)],
        }
        made = self._ask(client, "draft", "POST", "activities", body=body)
        if not isinstance(made, dict):
            return
        self._ask(client, "publish", "PUT", f"activities/{made['id']}/publication")
        listed = self._ask(client, "list shifts", "GET", f"shifts?activity_id={made['id']}&limit=100")
        for shift in listed["items"] if isinstance(listed, dict) else ():
            starts_at = datetime.fromisoformat(shift["starts_at"])
            opening = Opening(shift["id"], shift["roles"][0]["id"], made["id"], starts_at, mode == "matched")
            self.street.learn(opening)

    def _miss(self, client: Client, chance: random.Random) -> None:
        """Somebody did not come; at times she comes late."""
        if not (openings := self.street.begun()):
            return
        path = f"assignments?shift_id={chance.choice(openings).shift_id}&state=confirmed"
        for place in self._places(client, path)[:1]:
            self._ask(client, "no-show", "POST", f"assignments/{place['id']}/no-shows")
            if chance.random() < 0.2:
                self._ask(client, "arrival", "POST", f"assignments/{place['id']}/arrivals")

    def _move(self, client: Client, chance: random.Random) -> None:
        if openings := self.street.ahead():
            old = chance.choice(openings)
            starts_at = old.starts_at + timedelta(minutes=chance.choice((-30, 30, 60)))
            body = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
            if self._ask(client, "move", "PATCH", f"shifts/{old.shift_id}", body=body, **{"If-Match": "*"}):
                self.street.learn(Opening(old.shift_id, old.shift_role_id, old.activity_id, starts_at, old.is_matched))

    def _cancel(self, client: Client, chance: random.Random) -> None:
        if openings := self.street.ahead():
            opening = chance.choice(openings)
            self._ask(client, "cancel", "PUT", f"shifts/{opening.shift_id}/cancellation", body={"reason": "大雨"})
            self.street.forget(opening)

    def _seek(self, client: Client, chance: random.Random) -> None:
        if openings := self.street.ahead()[:4] + self.street.begun():
            body = {"shift_role_id": chance.choice(openings).shift_role_id}
            self._ask(client, "seek", "POST", "backfills", body=body)

    def _plan(self, client: Client, chance: random.Random) -> None:
        """Ask for a plan, or publish the one that was made."""
        if not (openings := [one for one in self.street.ahead() if one.is_matched]):
            return
        activity_id = chance.choice(openings).activity_id
        runs = self._ask(client, "list plans", "GET", f"match-runs?activity_id={activity_id}")
        for run in runs["items"] if isinstance(runs, dict) else ():
            if run["state"] == "drafted":
                self._ask(client, "publish plan", "POST", f"match-runs/{run['id']}/publications", body={})
                return
            if run["state"] == "requested":
                return
        until = {"until_at": (self.street.now + timedelta(days=2)).isoformat()}
        self._ask(client, "ask for plan", "POST", f"activities/{activity_id}/match-runs", body=until)

    def _answer_for(self, client: Client, chance: random.Random) -> None:
        """Those who were asked by telephone."""
        for place in self._places(client, "assignments?state=offered&limit=100")[:2]:
            reply = chance.choice(("accept", "accept", "decline"))
            path = f"assignments/{place['id']}/answers"
            self._ask(client, f"{reply} for her", "POST", path, body={"reply": reply})

    def _places(self, client: Client, path: str) -> Sequence[dict[str, object]]:
        listed = self._ask(client, "list places", "GET", path)
        return listed["items"] if isinstance(listed, dict) else ()


#: What the first word of a message's key says that it asks.
ASKING = {"offered": "offer", "offered_again": "offer", "substitute": "step in", "swap": "swap"}


def _in_minutes(chance: random.Random) -> timedelta:
    return timedelta(minutes=chance.randrange(60, 420))


def _one_hour(starts_at: datetime) -> dict[str, str]:
    start, end = local(starts_at), local(starts_at + timedelta(hours=1))
    return {"on": str(start.date()), "starts": f"{start:%H:%M}", "ends": f"{end:%H:%M}"}
