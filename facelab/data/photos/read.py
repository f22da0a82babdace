"""A photo's file -> upright RGB pixels, and nothing but one named error."""

import math
import stat
from pathlib import Path

import numpy as np
from PIL import Image

from facelab.data.photos.colours import to_rgb
from facelab.data.photos.formats import open_photo
from facelab.data.photos.limits import MAX_BYTES, check_pixels
from facelab.errors import PhotoError

ORIENTATION = 0x0112  # the EXIF tag
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_photo(file: Path | bytes, shorter_side: int | None = None) -> np.ndarray:
    """Decode a photo by its content (its name may lie), upright, on white where it is transparent.

    Reads JPEG, PNG, WebP, BMP, GIF, TIFF and PGM (and PBM and PPM), HEIC where pillow-heif is installed; the first
    frame or page of several. Safe in threads.

    Args:
        file: where the photo lies, or its bytes.
        shorter_side: pixels that are enough for the shorter side; large JPEGs are then decoded at a fraction of their
            size (never below this), several times faster.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        PhotoError: one sentence saying why the photo cannot be used.
    """
    data = _bytes(file)
    try:
        image = _open(data)
        if shorter_side:
            scale = shorter_side / min(image.size)
            image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
        image.load()
        orientation = _orientation(image)
        if orientation in UPRIGHT:
            image = image.transpose(UPRIGHT[orientation])
        return to_rgb(image)
    except PhotoError:
        raise
    except Exception as error:
        raise _damaged(error) from error


def photo_size(file: Path | bytes) -> tuple[int, int]:
    """Width and height in pixels as the file's header has them, which may be lying on its side.

    Raises:
        PhotoError: the photo cannot be used.
    """
    data = _bytes(file)
    try:
        return _open(data).size
    except PhotoError:
        raise
    except Exception as error:
        raise _damaged(error) from error


def square(photo: np.ndarray | Image.Image, size: int, crop: float = 1.0) -> np.ndarray:
    """The centred square whose side is `crop` of the photo's shorter side, resized: uint8 [size, size, 3].

    Args:
        photo: uint8 [H, W, 3] or an RGB image.
        size: the side in pixels.
        crop: share of the shorter side, above 0 and at most 1.
    """
    image = photo if isinstance(photo, Image.Image) else Image.fromarray(photo)
    side = max(1, round(min(image.size) * crop))
    left, top = (image.width - side) // 2, (image.height - side) // 2
    face = image.resize((size, size), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side))
    return np.asarray(face)


def read_square(file: Path | bytes, size: int, crop: float = 1.0) -> np.ndarray:
    """`square` of `read_photo`, decoding no more than it needs: uint8 [size, size, 3].

    Raises:
        PhotoError: the photo cannot be used.
    """
    # Twice the pixels, so that the resampling and not the JPEG decoder decides how the result looks.
    return square(read_photo(file, shorter_side=int(2 * size / crop) + 1), size, crop)


def _bytes(file: Path | bytes) -> bytes:
    """All of the file: the decoders must not meet one that is cut off or exchanged while they read."""
    if not isinstance(file, bytes):
        try:
            mode = Path(file).stat().st_mode
            if not stat.S_ISREG(mode):  # a pipe would be waited for, a device never ends
                what = "a folder" if stat.S_ISDIR(mode) else "not a file"
                raise PhotoError(f"The photo cannot be opened: it is {what}.")
            with Path(file).open("rb") as stream:
                file = stream.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:  # a null character in the name is a ValueError
            reason = getattr(error, "strerror", None) or "no such name"
            raise PhotoError(f"The photo cannot be opened: {reason.lower()}.") from None
    if len(file) > MAX_BYTES:
        raise PhotoError(f"The photo's file has more than {MAX_BYTES / 1e6:,.0f} MB; save a smaller copy.")
    return file


def _open(data: bytes) -> Image.Image:
    image = open_photo(data)
    check_pixels(*image.size)
    return image


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 where there is none or it cannot be read: the pixels are still good.

    Asked for after loading, because a TIFF is turned by that, and no longer says so.
    """
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # a damaged EXIF block raises nearly anything, warnings included
        return 1


def _damaged(error: Exception) -> PhotoError:
    """Which is nearly any: Pillow's decoders rely on a file to be what its header says."""
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return PhotoError("The photo has far more pixels than facelab reads; save a smaller copy.")
    if isinstance(error, MemoryError):
        return PhotoError("There is not enough memory for the photo; save a smaller copy.")
    return PhotoError("The photo is damaged or cut off; copy or download it again.")
