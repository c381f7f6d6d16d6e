"""How does a talk come out of a notebook's source? The cells tagged `slide` and `notes` become one HTML file.

``on_slide`` is for those cells; the rest is for ``hpo-tutor slides``.
"""

from hpo_tutor.lazy import offer

__getattr__, __dir__, __all__ = offer(__name__, {"on_slide": "shown"})
