//! Walking through conversations visits each exactly once.
