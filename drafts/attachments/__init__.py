"""Attachments: files beside the record, uploaded in pieces, found by hash, seen by who may see what they hang on."""
