"""The routes, a file for each noun. They ask storage, and put nothing together themselves."""
