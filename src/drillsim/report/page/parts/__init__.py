"""What sections are made of: numbers, sentences, tables, and charts as inline SVG."""
