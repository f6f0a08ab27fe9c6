"""What the product is for: a station workbook becomes a verdict that anyone can check."""
