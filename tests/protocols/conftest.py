from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Third-party data beside the repository; tests that need them are skipped where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("third-party test data (../shared/data) are not here")
    return SHARED_DATA
