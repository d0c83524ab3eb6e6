from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_mv() -> Path:
    folder = Path(__file__).parents[5] / "shared" / "data" / "mv"
    if not folder.is_dir():
        pytest.skip("the public meters with a known saving (../shared/data/mv) are not here")
    return folder
