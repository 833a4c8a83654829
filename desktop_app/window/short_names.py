"""Names that are too long for their place, cut so that they can still be told apart."""

from __future__ import annotations

from collections.abc import Sequence

_LEFT_OUT = "…"
# So many letters of the beginning and of the end stay beside what differs, where its whole words leave room for them.
_AROUND = 3
# In fewer letters nothing is told apart: hardly one would be left for what differs.
_FEWEST = 12


def short_names(names: Sequence[str], longest: int) -> list[str]:
    """Return the names in at most ``longest`` letters each: of long ones, beginning and end are left.

    Where that would make the same of several names, what differs between them stands in the middle.
    """
    cut = [_cut(name, longest) for name in names]
    if longest < _FEWEST:
        return cut
    alike = {text: sorted({name for name in names if _cut(name, longest) == text}) for text in cut}
    apart = {text: _apart(group, longest) for text, group in alike.items() if len(group) > 1}
    return [apart[text][name] if text in apart else text for text, name in zip(cut, names, strict=True)]


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else _around(name, _LEFT_OUT, longest)


def _around(name: str, middle: str, longest: int) -> str:
    """Return ``middle`` between as much of the name's beginning and end as there is room for."""
    room = longest - len(middle)
    return name[: room - room // 2] + middle + name[len(name) - room // 2 :]


def _apart(names: Sequence[str], longest: int) -> dict[str, str]:
    """Return names that share a beginning and an end with what differs between them."""
    same = _same_letters(names)
    rests = [name[same:] for name in names]
    same_end = _same_letters([rest[::-1] for rest in rests])
    room = longest - 2 * (_AROUND + len(_LEFT_OUT))
    # Whole words, such as 0.01 and not 1, tell more; where there is no room for them, letters have to do.
    first, last = _to_words(names[0], same, same_end)
    if any(len(name) - last - first > room for name in names):
        first, last = same, same_end
    differing = {name: name[first : len(name) - last] for name in names}
    middles = list(differing.values())
    short = dict(zip(middles, short_names(middles, room), strict=True))
    return {
        name: _around(name, f"{_LEFT_OUT}{middle}{_LEFT_OUT}" if middle else _LEFT_OUT, longest)
        for name, middle in ((name, short[differing[name]]) for name in names)
    }


def _same_letters(names: Sequence[str]) -> int:
    """Return with how many letters all of them begin."""
    pairs = enumerate(zip(*names, strict=False))
    return next((place for place, letters in pairs if len(set(letters)) > 1), min(map(len, names)))


def _to_words(name: str, first: int, last: int) -> tuple[int, int]:
    """Return where the word around that place begins, and how many letters of the name are behind its end."""
    while first > 0 and name[first - 1] not in "-_ ":
        first -= 1
    while last > 0 and name[len(name) - last] not in "-_ ":
        last -= 1
    return first, last
