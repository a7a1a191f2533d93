"""The connector for Firestore: `connector` says what it is, `queries` builds what it asks."""

from bot.connectors.gcloud_firestore.connector import Firestore

__all__ = ["Firestore"]
