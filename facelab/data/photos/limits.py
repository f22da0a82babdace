"""How large a photo may be. Decoding 40 megapixels takes 100 MB (GIF) to 620 MB (WebP)."""

from facelab.errors import PhotoError

MAX_PIXELS = 40_000_000
MAX_SIDE = (
    65_535  # as in JPEG and GIF; Pillow gathers a row in 64 KB pieces, copying all at each: minutes for a long one
)
MAX_BYTES = 128_000_000
MAX_PARTS = 100_000  # chunks, segments or strips; old PNG encoders write one for every 4 KB
MAX_SCANS = 30  # of a progressive JPEG; encoders write about ten, and each is a pass over all pixels


def check_pixels(width: int, height: int) -> None:
    """Asked of the header, before anything is decoded.

    Raises:
        PhotoError: there are more than `MAX_PIXELS`, or more than `MAX_SIDE` in a row or column.
    """
    if width * height > MAX_PIXELS:
        raise PhotoError(
            f"The photo has {width * height / 1e6:,.0f} million pixels, more than the {MAX_PIXELS / 1e6:,.0f} million "
            "that facelab reads; save a smaller copy."
        )
    if max(width, height) > MAX_SIDE:
        raise PhotoError(
            f"The photo is {max(width, height):,} pixels long, more than the {MAX_SIDE:,} that facelab reads; cut it."
        )
