"""Files and paper: what an office hands in and takes out. Nothing below imports it."""
