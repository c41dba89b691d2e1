"""Who is asked, who goes, and what they do on scene."""
