//! Pure execution: (block context, transactions, snapshot) to (receipts, change set).
