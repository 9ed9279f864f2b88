//! The worker's walls, tried from inside.

mod refused;
