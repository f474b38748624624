"""The worker process that runs HiGHS; only ``__main__`` and the jobs that it loads import ``highspy``."""
