"""Journeys abroad: where, when, and what is bought there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.sandbox.days import business_days_after
from assistant.sandbox.entry import CARD, Entry


@dataclass(frozen=True, slots=True)
class City:
    name: str
    country: str
    currency: str
    airline: str
    hotel: str
    places: tuple[tuple[str, str, int, int], ...]
    """(merchant, merchant category code, low, high); pence or cents of the local currency."""


CITIES = (
    City("London", "GB", "GBP", "Ryanair", "Bloomsbury Rooms", (
        ("Transport for London", "4111", 280, 1_200), ("Costa", "5814", 320, 690),
        ("The Lamb and Lantern", "5813", 1_200, 3_800), ("Riverside Theatre", "7922", 2_800, 6_500),
        ("Boots", "5912", 400, 1_900), ("Marylebone Kitchen", "5812", 1_800, 5_200),
    )),
    City("Paris", "FR", "EUR", "Ryanair", "Hôtel du Canal", (
        ("Métro de Paris", "4111", 215, 1_790), ("Café des Arts", "5814", 350, 1_450),
        ("Bistrot Saint-Martin", "5812", 2_200, 6_800), ("Musée des Jardins", "7991", 1_200, 2_600),
        ("Monoprix", "5411", 600, 3_400), ("Zara", "5651", 1_900, 8_900),
    )),
    City("Berlin", "DE", "EUR", "Ryanair", "Hotel am Ufer", (
        ("Berliner Verkehrsbetriebe", "4111", 350, 1_060), ("Kaffee Mitte", "5814", 320, 980),
        ("Gasthaus Linde", "5812", 1_800, 4_600), ("Rewe", "5411", 500, 2_700),
        ("Museum der Stadt", "7991", 900, 1_800), ("Uber", "4121", 900, 2_600),
    )),
    City("New York", "US", "USD", "Aer Lingus", "The Hudson House", (
        ("New York City Transit", "4111", 290, 1_160), ("Starbucks", "5814", 450, 1_250),
        ("Hudson Diner", "5812", 2_600, 7_400), ("Broadway Box Office", "7922", 6_500, 14_500),
        ("Fifth Avenue Books", "5942", 1_400, 4_800), ("Uber", "4121", 1_300, 4_700),
    )),
    City("Barcelona", "ES", "EUR", "Ryanair", "Hostal del Mar", (
        ("Metro de Barcelona", "4111", 255, 1_215), ("Cafetería Sol", "5814", 280, 1_150),
        ("Bodega La Ola", "5812", 1_900, 5_400), ("Mercadona", "5411", 500, 2_900),
        ("Parc del Mirador", "7991", 1_000, 2_000), ("Zara", "5651", 1_900, 7_900),
    )),
)  # fmt: skip

_RATES = {"GBP": 1.168, "USD": 0.921, "EUR": 1.0}
"""Euro for one unit, around which the practice bank's rates swing by two per cent."""
_BOOKED_AHEAD = timedelta(days=26)
_MINOR_UNITS_A_NIGHT = {"GBP": 11_500, "USD": 17_500, "EUR": 10_500}
_FARES = {"Ryanair": (4_900, 12_900), "Aer Lingus": (38_500, 46_900)}
_STERLING_SHARE = 0.4
"""How often a London purchase is paid from the sterling account."""


@dataclass(frozen=True, slots=True)
class Trip:
    city: City
    start: date
    days: int

    @property
    def end(self) -> date:
        """Last day abroad."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def booked_on(self) -> date:
        return self.start - _BOOKED_AHEAD


def trip_of_month(seed: int, year: int, month: int) -> Trip | None:
    """Every second month has a trip; five of them in a row visit all five cities."""
    index = year * 12 + month - 1
    if (index + seed) % 2:
        return None
    number = (index + seed) // 2
    order = list(CITIES)
    random.Random(f"{seed}/cities").shuffle(order)
    rng = random.Random(f"{seed}/{year}-{month}/trip")
    start = date(year, month, rng.randint(4, 21))
    return Trip(order[number % len(order)], start, rng.choice((3, 4, 4, 5)))


def trip_on(seed: int, day: date) -> Trip | None:
    """The trip that the customer is on, if any. Trips stay within their month."""
    trip = trip_of_month(seed, day.year, day.month)
    return trip if trip and trip.start <= day <= trip.end else None


def travel_on(seed: int, day: date) -> Iterator[Entry]:
    """Flights bought ahead at home, then hotel and purchases abroad."""
    rng = random.Random(f"{seed}/{day}/travel")
    ahead = day + _BOOKED_AHEAD
    coming = trip_of_month(seed, ahead.year, ahead.month)
    if coming and coming.booked_on == day:
        low, high = _FARES[coming.city.airline]
        yield _purchase(coming.city.airline, "4511", "Dublin", "IE", day, rng.randint(low, high), "EUR", rng)
    trip = trip_on(seed, day)
    if trip is None:
        return
    city = trip.city
    if day == trip.end:
        nights = (trip.days - 1) * _MINOR_UNITS_A_NIGHT[city.currency]
        yield _purchase(city.hotel, "7011", city.name, city.country, day, nights, city.currency, rng)
    for name, category, low, high in rng.sample(city.places, rng.randint(2, 4)):
        price = rng.randint(low, high)
        yield _purchase(name, category, city.name, city.country, day, price, city.currency, rng)


def _purchase(
    name: str,
    category: str,
    city: str,
    country: str,
    day: date,
    price: int,
    currency: str,
    rng: random.Random,
) -> Entry:
    sterling = currency == "GBP" and category != "7011" and rng.random() < _STERLING_SHARE
    foreign = currency != "EUR" and not sterling
    rate = f"{_RATES[currency] * rng.uniform(0.98, 1.02):.4f}" if foreign else "1"
    return Entry(
        account="sterling" if sterling else "visa",
        made_on=day,
        booked_on=business_days_after(day, 2),
        minor=-round(price * float(rate)),
        counterparty=name,
        remittance=f"{name} {city}",
        bank_code=CARD,
        category=category,
        city=city,
        country=country,
        original_minor=-price if foreign else None,
        original_currency=currency if foreign else None,
        rate=rate if foreign else None,
    )
