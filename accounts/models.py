"""The person who signs in."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower


class User(AbstractUser):
    """A person known to the site. The e-mail address is optional."""

    email = models.EmailField("e-mail address", blank=True)

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            # "Ann" and "ann" would be one account to a person and two to the database.
            models.UniqueConstraint(Lower("username"), name="user_name_once_in_any_case"),
        ]
