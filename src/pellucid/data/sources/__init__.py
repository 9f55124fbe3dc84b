"""Sources of tables: text, JSON, SQLite, workbooks, Arrow files, frames; a reader each."""
