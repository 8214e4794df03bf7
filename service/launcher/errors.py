"""What can go wrong while starting, in words for the person at the keyboard."""


class LaunchError(Exception):
    """Something the person at the keyboard can mend; the text says what and how, in one sentence."""


class Stopped(Exception):
    """Ctrl-C or SIGTERM came while we waited for something."""
