"""Schema steps, oldest first. They never import models: models change, a step that ran does not."""
