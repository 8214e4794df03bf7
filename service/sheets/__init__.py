"""Tables that come in and go out as files: people, teams. Nothing is typed twice."""
