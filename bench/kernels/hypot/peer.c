#include "../../peer.h"
#include <math.h>

FASTCALL(hypot_in_place, 3)
{
    VIEW(x, 0);
    VIEW(y, 1);
    MUT_VIEW(out, 2);
    for (npy_intp i = 0; i < n; i++)
        out[i] = sqrt(x[i] * x[i] + y[i] * y[i]);
    Py_RETURN_NONE;
}

FASTCALL(hypot_fresh, 2)
{
    VIEW(x, 0);
    VIEW(y, 1);
    FRESH(result, out);
    for (npy_intp i = 0; i < n; i++)
        out[i] = sqrt(x[i] * x[i] + y[i] * y[i]);
    return result;
}

static PyMethodDef methods[] = {METHOD(hypot_in_place), METHOD(hypot_fresh), {0}};
MODULE
