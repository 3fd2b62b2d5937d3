"""Run suites on jobs of Slurm: ``python docs/scaling/slurm.py --profile full [SUITE]...``.

Start it on a machine that may submit jobs and that jobs can reach, in the folder of the project;
the words go to ``harness run``. The project and this Python lie on a file system that jobs see.
"""

import subprocess
import sys

from dask_jobqueue import SLURMCluster

JOBS = 4


def main() -> int:
    """Ask for jobs, run, and give the jobs back."""
    with SLURMCluster(
        queue="normal",
        cores=1,  # cells at a time of a job, and processors that Slurm gives it
        processes=1,
        memory="8GB",
        walltime="04:00:00",
        # With GPUs: one a job, and the label that sends cells of cuda there.
        # job_extra_directives=["--gres=gpu:1"], worker_extra_args=["--resources", "CUDA=1"],
        job_script_prologue=[
            "export HARNESS_DATA=$HOME/data",
            "export HARNESS_CACHE=${TMPDIR:-/tmp}",
        ],
    ) as cluster:
        cluster.scale(jobs=JOBS)
        words = ["harness", "run", "--cluster", cluster.scheduler_address, *sys.argv[1:]]
        return subprocess.run(words, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
