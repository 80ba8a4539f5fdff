"""The central server: stores records as documents, knows merge rules and permissions, no broker business."""

__version__ = "0.1.0"
