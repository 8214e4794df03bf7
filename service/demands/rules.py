"""Pure rules about demands: which lines cover what is asked, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.terms import Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of service as it is declared. No audience means everybody."""

    programme_id: int
    name: str
    team: str
    audiences: frozenset[Audience] = frozenset()
    words: tuple[str, ...] = ()

    @property
    def is_for_everybody(self) -> bool:
        """Whether it was declared for nobody in particular."""
        return not self.audiences or Audience.EVERYBODY in self.audiences


@dataclass(frozen=True, slots=True)
class Fit:
    """A line, which of its words were heard in what is asked, and whether it is for these people in particular."""

    line: Line
    heard: tuple[str, ...]
    is_for_them: bool


def fits(lines: Iterable[Line], *, audience: Audience, asked: str) -> list[Fit]:
    """The lines that cover it, the best first: for these people, with a word of theirs in what is asked.

    A line for other people is none, whatever its words. Of those left, more of its words come first, then one for just
    these people, then by name; lines no word of which was heard are named last, and only where they are for just these.
    """
    found = [_fit(line, audience=audience, asked=asked) for line in lines if _serves(line, audience)]
    kept = [fit for fit in found if fit.heard or fit.is_for_them]
    return sorted(kept, key=lambda fit: (-len(fit.heard), not fit.is_for_them, fit.line.name, fit.line.programme_id))


def _serves(line: Line, audience: Audience) -> bool:
    return line.is_for_everybody or audience in line.audiences


def _fit(line: Line, *, audience: Audience, asked: str) -> Fit:
    said = asked.casefold()
    heard = tuple(word for word in _words(line) if word.casefold() in said)
    return Fit(line, heard, audience != Audience.EVERYBODY and audience in line.audiences)


def _words(line: Line) -> Sequence[str]:
    """Its name, and what it is asked for by besides; each once."""
    return list(dict.fromkeys((line.name, *line.words)))
