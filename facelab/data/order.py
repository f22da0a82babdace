"""Names in the order in which people would put them."""

import re


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key to sort by: numbers in a name by their value, so that s2 comes before s10; letters whatever their case."""
    parts = re.split(r"([0-9]+)", name)
    # Digits by their length first, for a number with thousands of them would take Python's int too long.
    numbers = [(0, len(digits), digits) for digits in (part.lstrip("0") for part in parts[1::2])]
    words = [(1, 0, part.casefold()) for part in parts[::2]]
    return [part for pair in zip(words, [*numbers, (1, 0, name)], strict=True) for part in pair]
