"""The draft of an after-action report: its blocks, and the Markdown and Word files made of them."""
