"""What is wrong with this installation and this desk: causes and remedies, nothing changed."""
