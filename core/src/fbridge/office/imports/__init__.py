"""What an office hands in: shipping documents out of the ERP, numbers out of the courier's program."""
