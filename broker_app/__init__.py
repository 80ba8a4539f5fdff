"""Desktop client for technology brokers: visits, needs, matching, papers, sync."""

__version__ = "0.1.0"
