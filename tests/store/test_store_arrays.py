import numpy as np

from harness.store.arrays import write_npz


def test_arrays_of_any_name_come_back(tmp_path):
    arrays = {"file": np.arange(3), "allow_pickle": np.zeros((2, 2)), "it's [ü]": np.float32(1)}
    with (tmp_path / "a.npz").open("wb") as file:
        write_npz(file, arrays)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as found:
        assert sorted(found.files) == sorted(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array)
            assert found[name].dtype == array.dtype
