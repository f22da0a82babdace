import pytest

from facelab.analysis.invariance import TRANSFORMS
from facelab.analysis.invariance.cure import CURES, cured
from facelab.runs import RunConfig

FACES = RunConfig()


def test_only_what_can_be_measured_is_cured():
    assert CURES.keys() <= TRANSFORMS.keys()
    assert cured(FACES, "jpeg") is None


@pytest.mark.parametrize("name", CURES)
def test_a_cure_adds_to_what_there_is_and_takes_nothing_away(name):
    own = {"augmentation.flip": 0.5, "augmentation.rotate": 120.0}
    before = FACES.replace(own)
    after = cured(before, name)
    old, new = before.augmentation.model_dump(), after.augmentation.model_dump()
    assert all(new[field] >= value for field, value in old.items())
    assert all(new[field] >= value for field, value in CURES[name].items())
    assert after.replace({"augmentation": before.augmentation}) == before
