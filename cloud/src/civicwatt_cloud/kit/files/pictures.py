"""Pictures: drawn anew when they come, and small ones for lists."""

from io import BytesIO

from PIL import Image, ImageOps

from civicwatt_cloud.kit.files.errors import FileTooLarge

MOST_POINTS = 80_000_000  # [engineering default]: a floor plan of A0 at 200 dpi has 62 million
THUMBNAIL = 320  # points of the longer side [engineering default]
_SAVED = {"PNG": {}, "JPEG": {"quality": 90}, "WEBP": {"quality": 90}}
_MODES = {"JPEG": {"L", "RGB"}, "PNG": {"L", "RGB", "RGBA"}, "WEBP": {"RGB", "RGBA"}}

Image.MAX_IMAGE_PIXELS = None  # ours is looked at before anything is unpacked


def redrawn(data: bytes, format: str) -> bytes:
    """The same points, upright, and nothing else of the file. Errors: ValueError, FileTooLarge."""
    try:
        with Image.open(BytesIO(data), formats=[format]) as picture:
            _bounded(picture)
            upright = ImageOps.exif_transpose(picture)
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            mode = upright.mode if upright.mode in _MODES[format] else "RGB"
            clean = upright.convert("RGBA" if has_alpha and format != "JPEG" else mode)
            clean.info = {}
            return _saved(clean, format)
    except (OSError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise ValueError from error  # what Pillow's readers happen to meet in a broken file


def thumbnail(data: bytes) -> bytes:
    """A small JPEG of a picture that was redrawn."""
    with Image.open(BytesIO(data)) as picture:
        small = picture.convert("RGBA")
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    on_white = Image.new("RGB", small.size, "white")
    on_white.paste(small, mask=small.getchannel("A"))
    return _saved(on_white, "JPEG")


def _saved(picture: Image.Image, format: str) -> bytes:
    written = BytesIO()
    picture.save(written, format, **_SAVED[format])
    return written.getvalue()


def _bounded(picture: Image.Image) -> None:
    points = picture.width * picture.height
    if points > MOST_POINTS:
        raise FileTooLarge(
            size=f"{points / 1e6:.0f} million points",
            size_zh=f"{points / 1e6:.0f} 百万像素",
            most=f"{MOST_POINTS / 1e6:.0f} million",
            most_zh=f"{MOST_POINTS / 1e6:.0f} 百万",
        )
