"""The fbridge plugin for Kiosk stores."""
