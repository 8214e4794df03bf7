"""When the sun rises: for duties that begin at first light and so drift through the year.

The equations are those of NOAA's Solar Calculator (after Meeus, *Astronomical Algorithms*): the sun's upper edge on a
level horizon, with 34′ of refraction. Right to about a minute between the polar circles; a patrol needs no more.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from math import acos, asin, cos, degrees, radians, sin, tan

#: 巩义市, degrees north and east; a city is small enough for one dawn.
LATITUDE, LONGITUDE = 34.75, 112.98
#: Degrees from the zenith at which the upper edge appears.
ZENITH = 90.833
#: Starts are said in steps of so many minutes; nobody comes at 6:53.
STEP = timedelta(minutes=5)


def sunrise(day: date, *, latitude: float = LATITUDE, longitude: float = LONGITUDE) -> datetime:
    """The instant of sunrise on the local `day`, UTC. Raises ValueError where the sun does not rise that day."""
    noon = datetime.combine(day, time(12), UTC) - timedelta(minutes=4 * longitude)
    moment = noon
    for _round in range(2):  # the sun moves on between noon and dawn: once more with dawn's own position
        declination, equation = _sun(moment)
        cosine = cos(radians(ZENITH)) / (cos(radians(latitude)) * cos(declination))
        cosine -= tan(radians(latitude)) * tan(declination)
        if not -1 <= cosine <= 1:
            raise ValueError(f"the sun does not rise on {day} at {latitude}° north")
        moment = noon - timedelta(minutes=equation + 4 * degrees(acos(cosine)))
    return moment


def start(day: date, *, offset: timedelta = timedelta()) -> datetime:
    """When a duty begins that begins `offset` after sunrise, to the nearest STEP."""
    moment = sunrise(day) + offset
    steps = round((moment - datetime.combine(day, time(), UTC)) / STEP)
    return datetime.combine(day, time(), UTC) + steps * STEP


def _sun(moment: datetime) -> tuple[float, float]:
    """(declination in radians, equation of time in minutes)."""
    century = ((moment - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=1)) / 36525
    mean_longitude = radians((280.46646 + century * (36000.76983 + 0.0003032 * century)) % 360)
    anomaly = radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + sin(3 * anomaly) * 0.000289
    )
    node = radians(125.04 - 1934.136 * century)
    longitude = mean_longitude + radians(centre - 0.00569 - 0.00478 * sin(node))
    tilt = radians(23.439291 - 0.0130042 * century + 0.00256 * cos(node))
    y = tan(tilt / 2) ** 2
    equation = 4 * degrees(
        y * sin(2 * mean_longitude)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * y * sin(anomaly) * cos(2 * mean_longitude)
        - 0.5 * y**2 * sin(4 * mean_longitude)
        - 1.25 * eccentricity**2 * sin(2 * anomaly)
    )
    return asin(sin(tilt) * sin(longitude)), equation
