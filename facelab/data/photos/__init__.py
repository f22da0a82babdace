"""One door for photos: from anywhere to pixels. Every photo that enters the app comes through `read_photo`.

`formats` says what is read, and what else comes under the name of a photo; `guards` refuses what would cost Pillow
minutes or gigabytes; `pnm` decodes the one family that Pillow reads pixel by pixel; `colours` makes 8-bit RGB of any
pixels.
"""

from facelab.data.photos.limits import MAX_BYTES, MAX_PIXELS
from facelab.data.photos.read import photo_size, read_photo, read_square, square

__all__ = ["MAX_BYTES", "MAX_PIXELS", "photo_size", "read_photo", "read_square", "square"]
