"""The pieces of a run without blanks that may be tokens, and which of them are.

A piece begins where an operand may, and ends at an operator, a bracket or the end of the run, with its own
brackets closed. Some are none, whatever the vocabulary holds: they have a meaning that everybody relies on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from vecalc.lang.runs import BRACKETS, FACTORS, OPERATORS, PAIRS, Structure

# Parts of a token that is looked for inside a run: `state-of-the-art` has four. Without a limit, a text of
# nothing but hyphens would take time cubic in its length. Longer tokens can be quoted.
MOST_PARTS = 12

IsToken = Callable[[str, str], bool]  # (space, word) -> is it in that vocabulary?


class Lexicon(NamedTuple):
    """What is known outside of a text about what may be in it."""

    is_token: IsToken
    spaces: Collection[str] = ()  # that can be named
    takes_numbers: Callable[[str], bool] = lambda function: True
    names: Collection[str] = ()  # that are bound before this text


class Pieces:
    """The pieces of one text, by the items where they begin and behind which they end."""

    def __init__(self, structure: Structure, lexicon: Lexicon) -> None:
        self.structure = structure
        self.items = structure.items
        self.lexicon = lexicon
        self.bound = structure.bound.union(lexicon.names)

    def stands_apart(self, i: int) -> bool:
        """Whether a name can be no part of a token; of most texts all are so."""
        if self.items[i].kind != "name":
            return False
        behind = self.structure.signs[i + 1] if self.structure.is_tight(i + 1) else " "
        if behind == ",":
            return self.separates(i) and not self.structure.is_tight(i + 2)
        return behind == " " or (behind in PAIRS and i + 1 in self.structure.partner)

    def longest_first(self, i: int, *, separates: bool = True) -> list[int]:
        """The ends of pieces that begin at an item; in a call or list commas are no part of them."""
        separates = separates and self.separates(i)
        return list(self._ends(i, separates=separates))[::-1]

    def separates(self, i: int) -> bool:
        """Whether an item stands in the brackets of a call or list, where commas separate."""
        return self.structure.callee(self.structure.around[i]) is not None

    def _ends(self, i: int, *, separates: bool) -> Iterator[int]:
        """Where a piece that begins at an item may end, its brackets closed."""
        begins_run = not self.structure.is_tight(i - 1)
        depth = parts = 0
        j = i
        while self.structure.is_tight(j):
            item = self.items[j]
            if item.kind == "quote" and (j == i or any(map(str.isspace, item.text))):
                return
            if item.kind == "sign":
                parts += j > i
                if parts > MOST_PARTS and not begins_run:
                    return
                if j > i and depth == 0 and parts <= MOST_PARTS:
                    yield j
                step = self._depth(i, j, depth, separates=separates)
                if step is None:
                    return
                depth += step
            j += 1
        if depth == 0:
            yield j

    def _depth(self, i: int, j: int, depth: int, *, separates: bool) -> int | None:
        """How much deeper a sign leads inside a piece; None where the piece can't go on with it."""
        sign, partner = self.items[j].text, self.structure.partner.get(j)
        if sign in "([":
            return None if partner is None else 1
        if sign in ")]":
            return 0 if partner is None else None if partner < i else -1
        outside = depth == 0 and (
            (sign == "," and separates) or ("=" in sign and self.items[i].kind == "name")
        )
        return None if outside else 0

    def is_token(self, space: str, i: int, behind: int) -> bool:
        """Whether a piece is a token of a space, the default one or (`space`) a named one."""
        if space:
            item = self.items[i]
            if behind == i + 1 and (item.kind == "name" or re.fullmatch(r"\w+", item.text)):
                return False  # the grammar has it
        elif self.is_plain(i, behind) or self._is_arithmetic(i, behind):
            return False
        if self.items[behind - 1].is_sign(",;") and not self._separates_nothing(i, behind):
            return False
        return self.bound.isdisjoint(self.names(i, behind)) and self.lexicon.is_token(
            space, self.text(i, behind)
        )

    def is_plain(self, i: int, behind: int, *, alone: bool = False) -> bool:
        """Whether a piece is one name or number, a number with its sign, what is quoted, or signs of syntax.

        Signs that are `alone` in their text can mean nothing.
        """
        first, last = self.items[i], self.items[behind - 1]
        if behind == i + 1 and first.kind not in ("other", "sign"):
            return True
        if behind == i + 2 and first.is_sign("+-−–") and last.kind == "number":
            return True
        if alone:
            return False
        return all(item.kind == "sign" and item.text not in BRACKETS for item in self.items[i:behind])

    def _is_arithmetic(self, i: int, behind: int) -> bool:
        """Whether a piece is a number that is computed, such as `1/2`, where a number may be meant.

        That is beside a product or a power, and where a function takes numbers.
        """
        if not self._computes(i, behind):
            return False
        sums = any(item.is_sign("+-−–") for item in self.items[i:behind])
        while self.structure.partner.get(i - 1) == behind and self.structure.callee(i - 1) is None:
            i, behind, sums = i - 1, behind + 1, False
        before, after = (
            (self.structure.item(i - 1), self.structure.item(behind))
            if sums
            else (self.structure.next(i - 1, -1), self.structure.next(behind))
        )
        if any(item is not None and item.is_sign(FACTORS) for item in (before, after)):
            return True
        callee = self.structure.callee(self.structure.around[i])
        return callee not in (None, "[") and self.lexicon.takes_numbers(callee)

    def _computes(self, i: int, behind: int) -> bool:
        """Whether a piece is numbers with operators between them, perhaps with signs of their own."""
        wanted = True
        for item in self.items[i:behind]:
            if item.kind == "number" and wanted:
                wanted = False
            elif item.is_sign("+-−–" if wanted else OPERATORS):
                wanted = True
            else:
                return False
        return not wanted

    def _separates_nothing(self, i: int, behind: int) -> bool:
        """Whether a comma or semicolon before an item separates nothing."""
        if self.structure.around[i] >= 0:
            return self.items[behind - 1].text == ";"
        item = self.structure.next(behind)
        return item is None or item.kind in ("end", "comment")

    def named_space(self, i: int) -> str | None:
        """The space of `fr:roi` that is loaded; None where there is none."""
        if i + 2 >= len(self.items) or self.items[i].kind != "name" or not self.is_sign_at(i + 1, ":"):
            return None
        space, at = self.items[i].text, i + 2
        if space not in self.lexicon.spaces:
            return None
        named = self.items[at].kind in ("name", "number", "other") or (
            self.items[at].kind == "sign"
            and any(self.is_token(space, at, behind) for behind in self.longest_first(at))
        )
        return space if named else None

    def is_sign_at(self, i: int, signs: str) -> bool:
        """Whether there is an item i, and it is one of some signs."""
        return 0 <= i < len(self.items) and self.structure.signs[i] != "" and self.structure.signs[i] in signs

    def text(self, i: int, behind: int) -> str:
        """The text of a piece."""
        return self.structure.text[self.items[i].start : self.items[behind - 1].end] if i < behind else ""

    def names(self, i: int, behind: int) -> set[str]:
        """The names in a piece."""
        return {item.text for item in self.items[i:behind] if item.kind == "name"}
