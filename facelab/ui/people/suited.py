"""Settings to begin with for enrolled people, of whom there are few photos."""

from facelab.data import PeopleSpec
from facelab.data.people import People

EPOCHS, STEPS = 30, 10


def suited(people: People) -> dict[str, int]:
    """Settings of a run by field: batches of a power of two, of which an epoch has about ten, and more epochs."""
    least = PeopleSpec().min_photos
    photos = sum(len(people.shots(name)) for name in people.names if len(people.shots(name)) >= least)
    return {"batch_size": 2 ** min(6, max(2, (photos // STEPS).bit_length())), "epochs": EPOCHS}
