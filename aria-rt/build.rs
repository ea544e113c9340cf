//! Gives the crate the `Py_3_*`, `Py_LIMITED_API` and `Py_GIL_DISABLED` flags of the Python that it is built for.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
