//! Keys, their files and their signatures, against vectors of other libraries.

mod derive;
mod file;
mod sign;
