"""The connector for Supabase: `connector` says what it is."""

from bot.connectors.supabase.connector import Supabase

__all__ = ["Supabase"]
