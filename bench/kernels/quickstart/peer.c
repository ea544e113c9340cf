/* The functions of examples/quickstart/src/quickstart/kernels.aria as a C extension, for the comparison of build times. `quantile` is a
   library's there as it is here. */
#include "../../peer.h"
#include <math.h>

extern double quantile(const double *xs, npy_intp n, double q);

static double mean(const double *xs, npy_intp n)
{
    double s = 0.0;
    for (npy_intp i = 0; i < n; i++)
        s += xs[i];
    return s / n;
}

static double deviation_around(const double *xs, npy_intp n, double center)
{
    double s = 0.0;
    for (npy_intp i = 0; i < n; i++)
        s += (xs[i] - center) * (xs[i] - center);
    return sqrt(s / n);
}

static void scale(double *restrict out, const double *restrict xs, npy_intp n, double center, double spread)
{
    for (npy_intp i = 0; i < n; i++)
        out[i] = (xs[i] - center) / spread;
}

static int squared_distances(double *restrict total, const double *restrict table, npy_intp n, long long rows,
                             long long of)
{
    if (rows <= 0) {
        PyErr_SetString(PyExc_ValueError, "a table has at least one row");
        return -1;
    }
    if (of < 0 || of >= rows) {
        PyErr_SetString(PyExc_ValueError, "there is no such row");
        return -1;
    }
    for (long long row = 0; row < rows; row++)
        total[row] = 0.0;
    for (long long column = 0; column < n / rows; column++) {
        const double *first = table + column * rows;
        double here = first[of];
        for (long long row = 0; row < rows; row++) {
            double difference = first[row] - here;
            total[row] += difference * difference;
        }
    }
    return 0;
}

FASTCALL(deviation, 2)
{
    VIEW(xs, 0);
    SCALAR(center, 1);
    return PyFloat_FromDouble(deviation_around(xs, n, center));
}

FASTCALL(standardise, 1)
{
    VIEW(xs, 0);
    if (n <= 0) {
        PyErr_SetString(PyExc_ValueError, "there is nothing to standardise");
        return NULL;
    }
    FRESH(result, out);
    double center = mean(xs, n);
    scale(out, xs, n, center, deviation_around(xs, n, center));
    return result;
}

FASTCALL(standardise_robustly, 1)
{
    VIEW(xs, 0);
    FRESH(result, out);
    scale(out, xs, n, quantile(xs, n, 0.5), quantile(xs, n, 0.75) - quantile(xs, n, 0.25));
    return result;
}

FASTCALL(distances, 3)
{
    VIEW(table, 0);
    npy_intp rows = PyLong_AsLongLong(args[1]), of = PyLong_AsLongLong(args[2]), length = n;
    if (PyErr_Occurred())
        return NULL;
    n = rows > 0 ? rows : 0;
    FRESH(result, total);
    if (squared_distances(total, table, length, rows, of) < 0)
        Py_CLEAR(result);
    return result;
}

FASTCALL(nearest, 3)
{
    VIEW(table, 0);
    npy_intp rows = PyLong_AsLongLong(args[1]), of = PyLong_AsLongLong(args[2]), best = -1;
    if (PyErr_Occurred())
        return NULL;
    double *distance = PyMem_Malloc((rows > 0 ? rows : 1) * sizeof(double));
    if (!distance)
        return PyErr_NoMemory();
    if (squared_distances(distance, table, n, rows, of) < 0) {
        PyMem_Free(distance);
        return NULL;
    }
    for (npy_intp row = 0; row < rows; row++)
        if (row != of && (best < 0 || distance[row] < distance[best]))
            best = row;
    PyMem_Free(distance);
    return PyLong_FromSsize_t(best);
}

FASTCALL(logistic, 1)
{
    VIEW(xs, 0);
    FRESH(result, out);
    Py_BEGIN_ALLOW_THREADS
    for (npy_intp i = 0; i < n; i++)
        out[i] = 1.0 / (1.0 + exp(-xs[i]));
    Py_END_ALLOW_THREADS
    return result;
}

static PyMethodDef methods[] = {METHOD(deviation), METHOD(standardise), METHOD(standardise_robustly),
                                METHOD(distances), METHOD(nearest), METHOD(logistic), {0}};
MODULE
