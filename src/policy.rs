//! Pure decisions: retry, backoff, deadline, paging, polling. Time and randomness come in as arguments.
