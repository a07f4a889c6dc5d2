"""Runs all of the client tests, one after another; the first that fails ends it."""

import story

story.main()
