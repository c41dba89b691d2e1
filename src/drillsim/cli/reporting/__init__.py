"""What the report needs, gathered from a study and its folder."""
