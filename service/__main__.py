"""`python -m service`, which is what the script ./lunzhi runs."""

import sys


def main() -> None:
    """Run the command line; an environment that cannot run it is told in one sentence."""
    if sys.version_info < (3, 11):  # noqa: UP036 (the sentence is for those who have an older one)
        sys.exit("Lunzhi needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031 (same)
    try:
        from service.cli import cli
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("service", "workers", "schemas"):
            raise
        sys.exit(
            f"The Python environment is not complete ({error.name} is missing). "
            "Remove the folder .venv (your data is in var) and run: make run"
        )
    cli(prog_name="lunzhi")


if __name__ == "__main__":
    main()
