//! PDF documents, against files made by others and programs made by others: `qpdf` checks what is
//! written, poppler's `pdftoppm` and `pdftotext` show it.

mod copying;
mod drawing;
mod exercise;
mod fixtures;
mod fonts;
mod hostile;
mod images;
mod kept;
mod pages;
mod regressions;
mod tools;
