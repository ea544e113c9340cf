
from {{package}}._kernels import skew  # noqa: E402

__all__ += ["skew"]
