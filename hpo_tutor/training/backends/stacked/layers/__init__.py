"""How do K models of one network pass through a layer together, and their errors back? One class for each kind.

    K, B      models, rows of a step
    values    (K, *shape, B) what stands between two layers. The rows come last, so that a bias is added to, and a
              window of an image is copied as, a long run of numbers. Images are (K, channels, height, width, B).
    errors    the loss's derivative by the values, of their shape

Everything that a step needs is allocated once, and the layers are wired to it; a step then only computes. On a GPU
that is what lets it be recorded as one graph.
"""

from hpo_tutor.training.backends.stacked.layers.chain import Chain, Dropping
from hpo_tutor.training.backends.stacked.layers.products import copy
from hpo_tutor.training.backends.stacked.layers.stages import Draws

__all__ = ["Chain", "Draws", "Dropping", "copy"]
