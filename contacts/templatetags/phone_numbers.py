from django import template

from contacts import phone

register = template.Library()

register.filter("phone", phone.display)
register.filter("is_erased", phone.is_erased)
