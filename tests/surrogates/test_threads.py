"""Linear algebra uses one thread while anybody wants it so, and as many as before afterwards."""

from threadpoolctl import threadpool_info, threadpool_limits

from hpo_tutor.surrogates.threads import one_thread


def n_threads() -> set[int]:
    """Of all libraries of linear algebra."""
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_the_last_one_out_lifts_the_limit():
    """Two searches overlap, as in two threads: the first to come is the first to leave, and nothing stays limited."""
    with threadpool_limits(2, user_api="blas"):
        before = n_threads()
        first, second = one_thread(), one_thread()
        first.__enter__()
        second.__enter__()
        assert n_threads() == {1}
        first.__exit__(None, None, None)
        assert n_threads() == {1}
        second.__exit__(None, None, None)
        assert n_threads() == before == {2}
