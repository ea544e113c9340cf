#include "../../peer.h"

FASTCALL(fused_in_place, 6)
{
    VIEW(a, 0);
    VIEW(b, 1);
    VIEW(c, 2);
    VIEW(d, 3);
    VIEW(e, 4);
    MUT_VIEW(out, 5);
    for (npy_intp i = 0; i < n; i++)
        out[i] = a[i] * b[i] + c[i] * d[i] - e[i];
    Py_RETURN_NONE;
}

FASTCALL(fused_fresh, 5)
{
    VIEW(a, 0);
    VIEW(b, 1);
    VIEW(c, 2);
    VIEW(d, 3);
    VIEW(e, 4);
    FRESH(result, out);
    for (npy_intp i = 0; i < n; i++)
        out[i] = a[i] * b[i] + c[i] * d[i] - e[i];
    return result;
}

static PyMethodDef methods[] = {METHOD(fused_in_place), METHOD(fused_fresh), {0}};
MODULE
