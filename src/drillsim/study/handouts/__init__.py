"""What people are handed of a finished study: the workbook, the draft of an after-action report, the kit for a real drill."""
