"""Papers as PDF: sheets (``services.sheets``) in, bytes out.

How a paper is made: a builder turns its sheet into blocks (``blocks``, ``grid``, ``text``), ``flow`` distributes them
over pages, ``page.render`` draws the pages of one of two families and closes the file. A builder holds words and
columns, nothing else. The same sheet gives the same bytes.

A further paper needs its dataclass in ``services.sheets``, a function that gathers it, a builder here, an entry in
``tests/reports/papers.py`` (every rule is then tested for it), one in the command line and one in the list of papers.
"""
