"""What the factory makes: products (models, in the words of the factory) and their units."""

from __future__ import annotations

from django.db import models


class Product(models.Model):
    """A model number, as the station writes it."""

    number = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class Unit(models.Model):
    """One part: a product and its serial as printed. TA and TB are tracks of it, not units."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="units")
    serial = models.CharField(max_length=120)

    class Meta:
        ordering = ["product_id", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["product", "serial"], name="unit_once_per_serial"),
            models.CheckConstraint(condition=~models.Q(serial=""), name="unit_has_a_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.product.number} {self.serial}"
