//! Validating and parsing whole documents of any system: the functions behind `validateRun`, `parseRun` and `parsePage`.
