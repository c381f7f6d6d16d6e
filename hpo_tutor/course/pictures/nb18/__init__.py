"""Pictures of notebook 18, tuning while training: a room for each group of them."""

from hpo_tutor.course.pictures.nb18.bench import drag_bench
from hpo_tutor.course.pictures.nb18.chain import chain_player
from hpo_tutor.course.pictures.nb18.drag import drag_player
from hpo_tutor.course.pictures.nb18.errors import errors_player, errors_scene
from hpo_tutor.course.pictures.nb18.field import misleading, push, slopes, uphill
from hpo_tutor.course.pictures.nb18.field import recorded as recorded_field
from hpo_tutor.course.pictures.nb18.field_map import field_player
from hpo_tutor.course.pictures.nb18.gates import gated, gates_board, gates_player
from hpo_tutor.course.pictures.nb18.horizons import horizons_player
from hpo_tutor.course.pictures.nb18.overhead import measure, overhead_scene, seconds_scene
from hpo_tutor.course.pictures.nb18.reach import reach_board
from hpo_tutor.course.pictures.nb18.rivals import rivals_player, rivals_scene
from hpo_tutor.course.pictures.nb18.rules import noise_ends, rules_player
from hpo_tutor.course.pictures.nb18.starts import swarm_player
from hpo_tutor.course.pictures.nb18.tuning_sets import tuning_sets_board

__all__ = [
    "chain_player",
    "drag_bench",
    "drag_player",
    "errors_player",
    "errors_scene",
    "field_player",
    "gated",
    "gates_board",
    "gates_player",
    "horizons_player",
    "measure",
    "misleading",
    "noise_ends",
    "overhead_scene",
    "push",
    "reach_board",
    "recorded_field",
    "rivals_player",
    "rivals_scene",
    "rules_player",
    "seconds_scene",
    "slopes",
    "swarm_player",
    "tuning_sets_board",
    "uphill",
]
