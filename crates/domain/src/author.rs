//! Authors across networks: the identity that contacts, reports and APIs share.
