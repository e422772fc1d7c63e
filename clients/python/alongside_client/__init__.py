"""The visitor's side of Alongside for applications that are not web pages."""
