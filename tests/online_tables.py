"""Made-up tables of the recorded experiments, in which every number is known."""

import numpy as np
import pandas as pd

SIZES = ("shallow", "medium", "deep")
N_EPOCHS = 6


def starts(n=20, seed=0):
    """Random walks of n starts on three networks, and on the shallow one by four rules; one network diverged."""
    rows = []
    pairs = [(size, "exact") for size in SIZES] + [("shallow", rule) for rule in ("source", "slow", "sgd")]
    for size, rule in pairs:
        for start in range(n):
            rng = np.random.default_rng((seed, start))  # the same start for each size and rule
            first = rng.uniform((-5.5, 0.0), (-2.5, 0.8))
            own = np.random.default_rng((seed, start, len(size), len(rule)))
            steps = own.normal(0, (0.4, 0.1), (N_EPOCHS, 2)) * (0.01 if rule == "slow" else 1)
            path = np.clip(np.vstack([first, first + steps.cumsum(axis=0)]), (-5.5, 0.0), (-2.5, 0.8))
            if rule == "source":
                path[-1, 1] = 0.0
            errors = np.exp(own.normal(np.log(0.035), (0.5, 0.15, 0.15)))
            row = {"full": False, "size": size, "rule": rule, "start": start}
            for which, at in (("start", 0), ("end", -1)):
                row |= {f"{which}_l2": path[at, 0], f"{which}_noise": path[at, 1]}
            for stage, error in zip(("before", "online", "after"), errors, strict=True):
                row[f"{stage}_test_error"] = error
            lost = size == "deep" and start == 3
            row["before_test_error"] = np.nan if lost else row["before_test_error"]
            group = start // 5  # timed together
            row |= {"before_seconds": 6.0 + group, "after_seconds": 8.0 + group}
            row["online_seconds"] = (7.0 + group) * (1.1 + 0.02 * group)
            row |= {"n_epochs": N_EPOCHS, "n_hyper_steps": 60, "rate_noise": 0.01}
            row["rate_l2"] = 0.001 if rule == "slow" else 0.05
            row |= {"path_l2": tuple(path[:, 0]), "path_input_noise": tuple(path[:, 1])}
            rows.append(row)
    return pd.DataFrame(rows)


def rivals(n_seeds=5, overhead=0.2):
    """Searches of ten trainings whose losses rank as their errors do; T1-T2's trainings are longer."""
    rows = []
    for seed in range(n_seeds):
        for method, n, better in (("t1-t2", 10, 0.002), ("random", 10, 0.0), ("gp", 10, 0.001), ("random-all", 6, 0.0)):
            rng = np.random.default_rng((seed, len(method)))
            for number in range(n):
                error = 0.035 - better + abs(rng.normal(0, 0.005))
                seconds = 6.0 * (1 + overhead if method == "t1-t2" else 1.5 if method == "random-all" else 1)
                row = {"method": method, "seed": seed, "number": number, "seconds": seconds}
                for part in ("validation", "test"):
                    row |= {f"{part}_loss": 3 * error, f"{part}_error": error}
                rows.append(row)
    return pd.DataFrame(rows)


def tuning_sets(n_seeds=6):
    """Gaps of luck that is shared, and of hyperparameters over rows; unseen rows gain less from a smaller T2."""
    rows = []
    for seed in range(n_seeds):
        for n_tuning in (20, 200, 2000):
            luck = np.random.default_rng((seed, n_tuning)).normal(0, 1 / n_tuning**0.5)
            for knobs, n_knobs in (("few", 2), ("many", 8), ("none", 0)):
                noise = 0.01 * np.random.default_rng((seed, n_tuning, n_knobs)).normal()
                gap = luck + n_knobs / n_tuning + (noise if n_knobs else 0.0)
                row = {"knobs": knobs, "n_tuning": n_tuning, "seed": seed, "n_knobs": n_knobs}
                own = 0.002 * np.random.default_rng((seed, n_tuning, n_knobs, 1)).normal()
                unseen = 0.15 + 0.01 * seed - (0.03 - 0.4 / n_tuning + own if n_knobs else 0.0)
                row |= {"tuning_loss": unseen - gap, "validation_loss": unseen, "test_error": 0.03}
                rows.append(row)
    return pd.DataFrame(rows)
