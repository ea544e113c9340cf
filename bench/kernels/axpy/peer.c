#include "../../peer.h"

FASTCALL(axpy_in_place, 3)
{
    SCALAR(a, 0);
    VIEW(x, 1);
    MUT_VIEW(y, 2);
    for (npy_intp i = 0; i < n; i++)
        y[i] += a * x[i];
    Py_RETURN_NONE;
}

FASTCALL(axpy_fresh, 3)
{
    SCALAR(a, 0);
    VIEW(x, 1);
    VIEW(y, 2);
    FRESH(result, out);
    for (npy_intp i = 0; i < n; i++)
        out[i] = a * x[i] + y[i];
    return result;
}

static PyMethodDef methods[] = {METHOD(axpy_in_place), METHOD(axpy_fresh), {0}};
MODULE
