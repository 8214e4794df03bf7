"""`python -m service`, which is what the script ./lunzhi runs."""

import sys


def main() -> None:
    """Run the command line; an environment that cannot run it is told in one sentence."""
    try:
        from service.cli import cli

        cli(prog_name="lunzhi")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("service", "workers", "schemas"):
            raise
        sys.exit(
            f"The Python environment is not complete ({error.name} is missing). "
            "Remove the folder .venv (your data is in var) and run: make run"
        )


if __name__ == "__main__":
    main()
