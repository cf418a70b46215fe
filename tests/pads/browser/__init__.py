"""Pads in a real Chromium, and their people in windows of their own."""
