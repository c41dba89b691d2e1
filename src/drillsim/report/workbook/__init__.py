"""The Excel workbook of a study: sheets as plain tables, and the file that holds them."""
