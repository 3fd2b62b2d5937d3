import numpy as np

from harness.store import arrays as files


def test_arrays_of_any_name_come_back(tmp_path):
    arrays = {"file": np.arange(3), "allow_pickle": np.zeros((2, 2)), "it's [ü]": np.float32(1)}
    named = files.save(tmp_path, "cell", arrays)
    assert named == dict.fromkeys(arrays, "cell.npz")
    for name, array in arrays.items():
        found = files.read(tmp_path, "cell.npz", name)
        np.testing.assert_array_equal(found, array)
        assert found.dtype == np.asarray(array).dtype
