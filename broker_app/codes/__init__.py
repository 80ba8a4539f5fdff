"""Code lists that ship with the program, and the checks of numbers that follow a public rule."""
