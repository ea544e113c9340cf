#include "../../peer.h"

FASTCALL(double_, 1)
{
    SCALAR(x, 0);
    return PyFloat_FromDouble(x * 2.0);
}

FASTCALL(first, 1)
{
    VIEW(x, 0);
    if (n < 1) {
        PyErr_SetString(PyExc_IndexError, "index 0 is out of range");
        return NULL;
    }
    return PyFloat_FromDouble(x[0]);
}

static PyMethodDef methods[] = {
    {"double", (PyCFunction)(void (*)(void))double_, METH_FASTCALL, NULL}, METHOD(first), {0}};
MODULE
