//! Authors: who wrote, as of their newest message.
