"""When people can come at all, as they have said it themselves: whoever plans or asks looks here first."""
