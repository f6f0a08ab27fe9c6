"""What the factory makes: products (models, in the words of the factory) and their units."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.text import slugify


class Product(models.Model):
    """A model number, as the station writes it."""

    number = models.CharField(max_length=120, unique=True)
    requalified_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("model", args=[self.pk, self.title])

    @property
    def title(self) -> str:
        """Return the number as a readable part of an address; the key is what counts."""
        return title_of(self.number)


def title_of(number: str) -> str:
    """Return a model number as the readable part of an address."""
    return slugify(number) or "model"


class ProductAlias(models.Model):
    """Another spelling of a model number, as drawings and orders have it."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="aliases")
    alias = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ["alias"]
        verbose_name_plural = "product aliases"
        constraints = [
            models.CheckConstraint(condition=~models.Q(alias=""), name="alias_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.alias


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
