//! The runtime of Aria extension modules.
