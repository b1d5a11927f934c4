"""What is printed and certified (п. 3.7): templates/documents made into PDF, numbered and kept in a register."""
