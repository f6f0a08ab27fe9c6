"""What people take away: figures, and later workbooks, certificates and packs."""
