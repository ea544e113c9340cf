#include "../../peer.h"

/* C's own order: one addition after the other. */
FASTCALL(total, 1)
{
    VIEW(x, 0);
    double s = 0.0;
    for (npy_intp i = 0; i < n; i++)
        s += x[i];
    return PyFloat_FromDouble(s);
}

/* What C does when it is allowed to reorder, as Aria's fixed order also does. */
FASTCALL(total_reordered, 1)
{
    VIEW(x, 0);
    double s = 0.0;
    {
#pragma clang fp reassociate(on)
        for (npy_intp i = 0; i < n; i++)
            s += x[i];
    }
    return PyFloat_FromDouble(s);
}

static PyMethodDef methods[] = {METHOD(total), METHOD(total_reordered), {0}};
MODULE
