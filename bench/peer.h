/* C extensions as they are written by hand for speed: METH_FASTCALL, and NumPy's arrays read by their fields.
   A peer defines functions with FASTCALL, a table `methods`, and ends with MODULE. */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_1_22_API_VERSION
#include <Python.h>
#include <numpy/arrayobject.h>

#define FASTCALL(name, arity)                                                                                          \
    static PyObject *name##_body(PyObject *const *, npy_intp);                                                        \
    static PyObject *name(PyObject *self, PyObject *const *args, Py_ssize_t nargs)                                     \
    {                                                                                                                  \
        if (nargs != arity) {                                                                                          \
            PyErr_Format(PyExc_TypeError, #name "() takes %d arguments, not %zd", arity, nargs);                       \
            return NULL;                                                                                               \
        }                                                                                                              \
        return name##_body(args, -1);                                                                                  \
    }                                                                                                                  \
    static inline PyObject *name##_body(PyObject *const *args, npy_intp n)

#define METHOD(name)                                                                                                   \
    {                                                                                                                  \
        #name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL                                                  \
    }

/* An argument as a double. */
#define SCALAR(name, at)                                                                                               \
    double name = PyFloat_AsDouble(args[at]);                                                                          \
    if (name == -1.0 && PyErr_Occurred())                                                                              \
    return NULL

/* The memory of a contiguous one-dimensional array of doubles; all arrays of a function have the length `n`. */
static inline double *doubles(PyObject *object, int writable, npy_intp *n)
{
    PyArrayObject *array = (PyArrayObject *)object;
    if (!PyArray_Check(object) || PyArray_TYPE(array) != NPY_DOUBLE || PyArray_NDIM(array) != 1 ||
        !(writable ? PyArray_ISCARRAY(array) : PyArray_ISCARRAY_RO(array))) {
        PyErr_SetString(PyExc_TypeError, "a contiguous array of doubles is wanted");
        return NULL;
    }
    if (*n >= 0 && *n != PyArray_DIM(array, 0)) {
        PyErr_SetString(PyExc_ValueError, "lengths differ");
        return NULL;
    }
    *n = PyArray_DIM(array, 0);
    return PyArray_DATA(array);
}

#define ARRAY_(type, name, at, writable)                                                                               \
    type *restrict name = doubles(args[at], writable, &n);                                                             \
    if (!name)                                                                                                         \
    return NULL
#define VIEW(name, at) ARRAY_(const double, name, at, 0)
#define MUT_VIEW(name, at) ARRAY_(double, name, at, 1)

/* A new array of n doubles, and its memory. */
#define FRESH(object, name)                                                                                            \
    PyObject *object = PyArray_SimpleNew(1, &n, NPY_DOUBLE);                                                           \
    if (!object)                                                                                                       \
        return NULL;                                                                                                   \
    double *restrict name = PyArray_DATA((PyArrayObject *)object)

#define STRING_(x) #x
#define STRING(x) STRING_(x)
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#define MODULE                                                                                                         \
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, STRING(PEER), NULL, -1, methods};                       \
    PyMODINIT_FUNC JOIN(PyInit_, PEER)(void)                                                                           \
    {                                                                                                                  \
        import_array();                                                                                                \
        return PyModule_Create(&module);                                                                               \
    }
