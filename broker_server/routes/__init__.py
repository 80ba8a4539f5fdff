"""What can be asked of the server, by subject. Each reads its request, opens a transaction and calls one function."""
