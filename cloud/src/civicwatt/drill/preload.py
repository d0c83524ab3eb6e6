"""Small libraries in C that are put between a process and its machine (Linux, LD_PRELOAD)."""

import shutil
import subprocess
import sys
from pathlib import Path


def can_compile() -> bool:
    """Whether there is what it takes."""
    return sys.platform == "linux" and shutil.which("cc") is not None


def compiled(name: str, folder: Path) -> Path:
    """Build one of this folder's C files as a library to preload."""
    library = folder / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True)
    return library
