//! PDF documents (ISO 32000).
