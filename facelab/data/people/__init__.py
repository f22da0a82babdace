"""People that somebody enrolled: names and aligned faces, in a session's memory or in a folder of this computer.

A face is kept as one aligned picture and nothing else of the photo. `keys` says which folder is whose, `disk` reads and
writes one, `names` makes a folder's name of a person's, `owner` knows whose server is gone, and `load` makes a dataset.
"""

from facelab.data.people.disk import pack, read, write
from facelab.data.people.keys import KEPT, folder_of, new_key
from facelab.data.people.names import name_of
from facelab.data.people.people import EMPTY, SIDE, People, Shot

__all__ = ["EMPTY", "KEPT", "SIDE", "People", "Shot", "folder_of", "name_of", "new_key", "pack", "read", "write"]
