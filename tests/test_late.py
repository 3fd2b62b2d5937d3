import pickle
import subprocess
import sys

import pytest

from harness.late import late


def test_a_library_is_imported_when_something_of_it_is_asked_for():
    code = (
        "import sys; from harness.late import late; one = late('wave'); "
        "assert 'wave' not in sys.modules; one.open; assert 'wave' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_has_what_the_library_has():
    import wave

    found = late("wave")
    assert found.open is wave.open
    assert pickle.loads(pickle.dumps(found)).Error is wave.Error  # noqa: S301 our own
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = found.nothing_such
