"""What the parts say to each other, in the words of a person's language: one catalogue for consoles and commands."""
