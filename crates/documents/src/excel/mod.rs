//! Excel workbooks (Office Open XML, ECMA-376).
