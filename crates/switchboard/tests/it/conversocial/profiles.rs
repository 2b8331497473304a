//! Customer profiles: notes, annotations, tags, whole authors.
