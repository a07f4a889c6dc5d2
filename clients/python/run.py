"""Runs all of the client tests, one after another; the first that fails ends it."""

import fuzz
import story

story.main()
fuzz.main()
