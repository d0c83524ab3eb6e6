"""What is in these bytes? Field by field, with offsets, in Chinese and English. No I/O."""

from .field import Explained, Field

__all__ = ["Explained", "Field"]
