"""First names for people that do not exist, from many languages and for anyone."""

import numpy as np

_LIST = """
Abiola Adair Addison Adi Ainsley Akira Alex Alexis Amal Amari Amit Andrea Angel Anh Aoi Ari Ariel Arley Ash Asha
Aspen Aubrey Avery Ayo Bailey Bao Bay Bellamy Bergen Billie Blair Blake Bo Bobbie Briar Brook Cameron Camille Carey
Cary Casey Chi Chidi Chris Claude Corey Dagny Dakota Dana Dara Darcy Deniz Devon Drew Duy Eden Eira Eli Ellis Ellery
Emerson Emery Ezra Farah Finley Florin Francis Frankie Gael Georgie Glenn Greer Hadley Haru Harper Hayden Hikaru
Hollis Ife Ihsan Imani Indigo Ira Isa Ivory Jamie Jesse Ji Jo Jordan Jules Jun Kai Kamau Kamala Karim Kasey Keita
Kelly Kendall Kerry Kim Kiran Kit Kofi Kyo Lam Lane Laurie Lee Lennon Leslie Linh Logan Lou Lumi Makena Malak Manu
Marion Marlow Masami Maxime Mel Micah Michi Mika Min Morgan Naoki Nari Nat Nico Nikita Nima Noa Noel Noor Nour Nova
Ocean Odell Oluchi Omari Onyx Parker Pat Peyton Phoenix Quinn Rafa Rain Ravi Reese Rei Remy Ren Riley Robin Rory
Rowan Sacha Sage Sam Sami Sanjo Sasha Selam Shai Shay Shiloh Sidney Simi Skye Sol Soo Stevie Sunny Tai Tal Tariq
Tatum Taylor Teagan Temi Teo Terry Thandi Tomi Toni Tracy Tuan Tyne Umi Uri Val Vanja Vivian Wren Xuan Yael Yan Yara
Yoshi Yuki Yuri Zain Zephyr Ziv Zuri
"""
FIRST_NAMES = tuple(_LIST.split())


def names(people: int, seed: int) -> tuple[str, ...]:
    """Different names; the first ones are the same however many are asked for.

    When the list is through it starts again with an initial: "Noor", later "Noor A.", "Noor B.", ..., "Noor AA.".
    """
    order = np.random.default_rng(seed).permutation(len(FIRST_NAMES))
    return tuple(FIRST_NAMES[order[number % len(order)]] + _initial(number // len(order)) for number in range(people))


def _initial(turn: int) -> str:
    letters = ""
    while turn:
        turn, letter = divmod(turn - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f" {letters}." if letters else ""
